#include "checks/checks.h"

#include <errno.h>
#include <string.h>

#include "checks/check.h"

extern const struct check check_machine_id, check_ssh_host_key, check_shadow_hash,
    check_resolv_conf, check_shell_history, check_users_groups, check_channels,
    check_store_path_altered, check_store_path_unlike, check_wsl_distribution_conf;

static const struct check *const table[] = {
    &check_machine_id,        &check_ssh_host_key,
    &check_shadow_hash,       &check_resolv_conf,
    &check_shell_history,     &check_users_groups,
    &check_channels,          &check_store_path_altered,
    &check_store_path_unlike, &check_wsl_distribution_conf,
};

#define N_CHECKS (sizeof(table) / sizeof(table[0]))

struct checks {
    struct check_run run[N_CHECKS];
};

static const struct check *find_check(const char *id)
{
    for (size_t i = 0; i < N_CHECKS; i++)
        if (strcmp(table[i]->id, id) == 0)
            return table[i];
    return NULL;
}

static int check_settings(const json_t *settings, struct assay_error *err)
{
    const char *id;
    json_t *setting;
    enum severity severity;

    json_object_foreach((json_t *)(uintptr_t)settings, id, setting)
    {
        const char *text = assay_json_string(setting, "severity", "info");

        if (!find_check(id))
            return assay_error_set(err, EINVAL, "checks.%s: there is no check of that name", id);
        if (severity_parse(text, &severity) < 0)
            return assay_error_set(err, EINVAL, "checks.%s.severity: %s is no severity", id, text);
    }
    return 0;
}

static int start_run(struct check_run *run, const struct check *check, const json_t *settings,
                     struct findings *findings)
{
    const json_t *setting = json_object_get(settings, check->id);

    run->check = check;
    run->findings = findings;
    run->enabled = assay_json_bool(setting, "enabled", true);
    run->severity = check->severity;
    severity_parse(assay_json_string(setting, "severity", ""), &run->severity);
    if (!check->state_size)
        return 0;
    run->state = calloc(1, check->state_size);
    return run->state ? 0 : -ENOMEM;
}

int checks_new(const json_t *settings, struct findings *findings, struct checks **ret,
               struct assay_error *err)
{
    struct checks *checks;
    int r = check_settings(settings, err);

    if (r < 0)
        return r;
    checks = calloc(1, sizeof(*checks));
    for (size_t i = 0; checks && i < N_CHECKS; i++) {
        if (start_run(&checks->run[i], table[i], settings, findings) < 0)
            checks = checks_free(checks);
    }
    if (!checks)
        return assay_error_set(err, ENOMEM, "out of memory while starting the checks");
    *ret = checks;
    return 0;
}

struct checks *checks_free(struct checks *checks)
{
    if (!checks)
        return NULL;
    for (size_t i = 0; i < N_CHECKS; i++)
        free(checks->run[i].state);
    free(checks);
    return NULL;
}

static bool wants(const struct check_run *run, const struct entry *entry)
{
    return run->enabled && run->check->wants && entry->type == ENTRY_FILE &&
           run->check->wants(entry);
}

/* A hard link has no content of its own: it stood under the other name, and was shown to the check
 * only when that is one it wants. */
static int check_hard_link(struct check_run *run, const struct entry *entry)
{
    const char *link = entry->link ? entry->link : "";
    const struct check_content content = {.entry = entry};
    struct entry target = {.container = entry->container, .type = ENTRY_FILE};

    if (entry->type != ENTRY_HARDLINK || !run->enabled || !run->check->wants ||
        !run->check->wants(entry))
        return 0;
    while (link[0] == '/' || (link[0] == '.' && link[1] == '/'))
        link++;
    target.path = link;
    if (run->check->wants(&target))
        return 0;
    return check_report_unread(run, &content, "unsupported",
                               "A file that a check wants to see is a hard link to another name, "
                               "under which the check has not seen it.");
}

int checks_entry(struct checks *checks, const struct entry *entry)
{
    int wanted = 0;

    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];
        int r = run->enabled && run->check->entry ? run->check->entry(run, entry) : 0;

        if (r == 0)
            r = check_hard_link(run, entry);
        if (r < 0)
            return r;
        if (wants(run, entry))
            wanted = 1;
    }
    return wanted;
}

int checks_content(struct checks *checks, const struct entry *entry, const uint8_t *data,
                   size_t len, bool whole)
{
    const struct check_content content = {entry, data, len, whole};

    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];
        int r = wants(run, entry) ? run->check->content(run, &content) : 0;

        if (r < 0)
            return r;
    }
    return 0;
}

int checks_finish(struct checks *checks)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];
        int r = run->enabled && run->check->finish ? run->check->finish(run) : 0;

        if (r < 0)
            return r;
    }
    return 0;
}

int checks_tell(struct checks *checks, const char *id, const char *container, const char *path)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];

        if (strcmp(run->check->id, id) == 0)
            return run->enabled ? check_report_path(run, container, path) : 0;
    }
    return -EINVAL;
}

json_t *checks_json(void)
{
    _cleanup_json_ json_t *list = json_array();

    for (size_t i = 0; i < N_CHECKS; i++) {
        const struct check *check = table[i];

        if (json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", check->id,
                                                  "class", finding_class_name(check->class),
                                                  "severity", severity_name(check->severity),
                                                  "title", check->title, "help", check->help)) < 0)
            return NULL;
    }
    return ASSAY_TAKE(list);
}
