#include "checks/checks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checks/check.h"
#include "checks/system.h"

extern const struct check check_machine_id, check_ssh_host_key, check_shadow_hash,
    check_resolv_conf, check_shell_history, check_authorized_keys, check_ca_expired,
    check_certificate_key, check_cloud_init, check_core_dump, check_crash_report,
    check_credential_secret, check_device_cache, check_dhcp_lease, check_doas_nopass,
    check_editor_leftovers, check_empty_password, check_image_size, check_journal,
    check_leftover_tmp, check_logs, check_mail_spool, check_network_secret_key, check_odd_owner,
    check_package_cache, check_polkit_yes, check_random_seed, check_setuid, check_setuid_system,
    check_sudo_nopasswd, check_udev_persistent_net, check_world_writable, check_users_groups,
    check_channels, check_store_path_altered, check_store_path_unlike, check_nix_access_token,
    check_build_directory, check_build_logs, check_cache_names, check_channel_profile,
    check_configuration, check_decrypted_secrets, check_decryption_key, check_gc_roots,
    check_git_history, check_initrd_host_key, check_store_locks, check_unfree_package,
    check_unit_environment, check_user_state, check_wsl_distribution_conf, check_wsl_architecture,
    check_wsl_compression, check_wsl_conf_key, check_wsl_default_name, check_wsl_default_uid,
    check_wsl_distribution_key, check_wsl_file_mode, check_wsl_file_owner, check_wsl_hostname,
    check_wsl_icon, check_wsl_icon_place, check_wsl_init, check_wsl_kernel,
    check_wsl_leading_folder, check_wsl_oobe_command, check_wsl_oobe_command_place,
    check_wsl_passwd, check_wsl_resolv_conf, check_wsl_root_owner, check_wsl_shadow,
    check_wsl_shell, check_wsl_systemd, check_wsl_terminal_profile,
    check_wsl_terminal_profile_place, check_wsl_true, check_wsl_unit_enabled,
    check_wsl_user_missing, check_wsl_user_set, check_wsl_xattrs;

static const struct check *const table[] = {
    &check_machine_id,
    &check_ssh_host_key,
    &check_shadow_hash,
    &check_resolv_conf,
    &check_shell_history,
    &check_authorized_keys,
    &check_ca_expired,
    &check_certificate_key,
    &check_cloud_init,
    &check_core_dump,
    &check_crash_report,
    &check_credential_secret,
    &check_device_cache,
    &check_dhcp_lease,
    &check_doas_nopass,
    &check_editor_leftovers,
    &check_empty_password,
    &check_image_size,
    &check_journal,
    &check_leftover_tmp,
    &check_logs,
    &check_mail_spool,
    &check_network_secret_key,
    &check_odd_owner,
    &check_package_cache,
    &check_polkit_yes,
    &check_random_seed,
    &check_setuid,
    &check_setuid_system,
    &check_sudo_nopasswd,
    &check_udev_persistent_net,
    &check_world_writable,
    &check_users_groups,
    &check_channels,
    &check_store_path_altered,
    &check_store_path_unlike,
    &check_nix_access_token,
    &check_build_directory,
    &check_build_logs,
    &check_cache_names,
    &check_channel_profile,
    &check_configuration,
    &check_decrypted_secrets,
    &check_decryption_key,
    &check_gc_roots,
    &check_git_history,
    &check_initrd_host_key,
    &check_store_locks,
    &check_unfree_package,
    &check_unit_environment,
    &check_user_state,
    &check_wsl_distribution_conf,
    &check_wsl_architecture,
    &check_wsl_compression,
    &check_wsl_conf_key,
    &check_wsl_default_name,
    &check_wsl_default_uid,
    &check_wsl_distribution_key,
    &check_wsl_file_mode,
    &check_wsl_file_owner,
    &check_wsl_hostname,
    &check_wsl_icon,
    &check_wsl_icon_place,
    &check_wsl_init,
    &check_wsl_kernel,
    &check_wsl_leading_folder,
    &check_wsl_oobe_command,
    &check_wsl_oobe_command_place,
    &check_wsl_passwd,
    &check_wsl_resolv_conf,
    &check_wsl_root_owner,
    &check_wsl_shadow,
    &check_wsl_shell,
    &check_wsl_systemd,
    &check_wsl_terminal_profile,
    &check_wsl_terminal_profile_place,
    &check_wsl_true,
    &check_wsl_unit_enabled,
    &check_wsl_user_missing,
    &check_wsl_user_set,
    &check_wsl_xattrs,
};

#define N_CHECKS (sizeof(table) / sizeof(table[0]))

struct checks {
    struct checks_job job;
    struct systems *systems;
    char format[64]; /* the artifact's */
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

/* The policy's exceptions for one check; NULL when memory ran out. */
static json_t *exceptions_for(const json_t *policy, const char *id)
{
    json_t *list = json_array(), *one;
    size_t i;

    json_array_foreach(json_object_get(policy, "exceptions"), i, one)
    {
        if (strcmp(assay_json_string(one, "check", ""), id) == 0 &&
            json_array_append(list, one) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static int start_run(struct check_run *run, const struct check *check, struct checks *checks,
                     struct findings *findings)
{
    const json_t *policy = checks->job.policy;
    const json_t *setting = json_object_get(json_object_get(policy, "checks"), check->id);

    run->check = check;
    run->findings = findings;
    run->job = &checks->job;
    run->systems = checks->systems;
    run->enabled = assay_json_bool(setting, "enabled", true);
    run->severity = check->severity;
    severity_parse(assay_json_string(setting, "severity", ""), &run->severity);
    run->exceptions = exceptions_for(policy, check->id);
    if (check->state_size)
        run->state = calloc(1, check->state_size);
    return run->exceptions && (run->state || !check->state_size) ? 0 : -ENOMEM;
}

int checks_new(const struct checks_job *job, struct findings *findings, struct checks **ret,
               struct assay_error *err)
{
    struct checks *checks;
    int r = check_settings(json_object_get(job->policy, "checks"), err);

    if (r < 0)
        return r;
    checks = calloc(1, sizeof(*checks));
    if (checks) {
        checks->job = *job;
        checks->systems = systems_new(&checks->job);
        if (!checks->systems)
            checks = checks_free(checks);
    }
    for (size_t i = 0; checks && i < N_CHECKS; i++) {
        if (start_run(&checks->run[i], table[i], checks, findings) < 0)
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
    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];

        free(run->state);
        free(run->container);
        free(run->path);
        json_decref(run->exceptions);
    }
    systems_free(checks->systems);
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

/* Whether one of the check's globs matches; one with "!" before it says no. */
static bool matches_paths(const struct check *check, const char *path)
{
    for (const char *const *glob = check->paths; *glob; glob++) {
        bool out = (*glob)[0] == '!';

        if (check_path_matches(*glob + out, path))
            return !out;
    }
    return false;
}

/* Reports an entry for its name alone. */
static int check_paths(struct check_run *run, const struct entry *entry)
{
    const struct check *check = run->check;
    bool file = entry->type == ENTRY_FILE && (entry->size != 0 || check->empty);

    if (!check->paths || entry->in != ENTRY_IN_FILE)
        return 0;
    if (!file && entry->type != ENTRY_HARDLINK && (entry->type != ENTRY_SYMLINK || !check->links))
        return 0;
    if (!matches_paths(check, entry->path) || !check_in_system_root(entry))
        return 0;
    return check_report_many(run, entry);
}

static size_t content_max(const struct check *check)
{
    return check->content_max ? check->content_max : CHECKS_CONTENT_MAX;
}

int checks_entry(struct checks *checks, const struct entry *entry)
{
    int r = systems_entry(checks->systems, entry);
    size_t wanted = r > 0 ? CHECKS_CONTENT_MAX : 0;

    if (r < 0)
        return r;
    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];

        r = run->enabled && run->check->entry ? run->check->entry(run, entry) : 0;
        if (r == 0)
            r = check_hard_link(run, entry);
        if (r == 0 && run->enabled)
            r = check_paths(run, entry);
        if (r < 0)
            return r;
        if (wants(run, entry) && content_max(run->check) > wanted)
            wanted = content_max(run->check);
    }
    return (int)wanted;
}

int checks_content(struct checks *checks, const struct entry *entry, const uint8_t *data,
                   size_t len, bool whole)
{
    const size_t most = CHECKS_CONTENT_MAX;
    const struct check_content for_systems = {entry, data, len < most ? len : most,
                                              whole && len <= most};
    int r = systems_content(checks->systems, &for_systems);

    if (r < 0)
        return r;
    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];
        size_t max = content_max(run->check);
        const struct check_content content = {entry, data, len < max ? len : max,
                                              whole && len <= max};

        r = wants(run, entry) ? run->check->content(run, &content) : 0;

        if (r < 0)
            return r;
    }
    return 0;
}

void checks_artifact(struct checks *checks, const char *format, uint64_t size)
{
    snprintf(checks->format, sizeof(checks->format), "%s", format);
    for (size_t i = 0; i < N_CHECKS; i++)
        checks->run[i].artifact_size = size;
}

/* The one finding that stands for all that check_report_many() did not report. */
static int report_rest(struct check_run *run)
{
    char message[512];
    const struct check_report report = {.container = run->container,
                                        .path = run->path,
                                        .message = message,
                                        .severity = SEVERITY_CRITICAL};

    if (run->many <= CHECK_MANY)
        return 0;
    snprintf(message, sizeof(message), "%s The same is so of %" PRIu64 " further places.",
             run->check->message, run->many - CHECK_MANY - 1);
    return check_report_as(run, &report);
}

/* Shows the systems that were met to the check. */
static int check_systems(struct check_run *run, const struct check_system *list, size_t n)
{
    int r = 0;

    for (size_t i = 0; r == 0 && run->check->system && i < n; i++)
        if (list[i].wsl || run->check->class != FINDING_WSL)
            r = run->check->system(run, &list[i]);
    return r;
}

int checks_finish(struct checks *checks)
{
    size_t n = 0;
    const struct check_system *list = systems_list(checks->systems, checks->format, &n);

    for (size_t i = 0; i < N_CHECKS; i++) {
        struct check_run *run = &checks->run[i];
        int r = run->enabled && run->check->finish ? run->check->finish(run) : 0;

        if (r == 0 && run->enabled)
            r = check_systems(run, list, n);
        if (r == 0)
            r = report_rest(run);
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
