/* Environment= of systemd units (systemd.exec(5)): the store that holds them can be read by
 * everybody, and so can the environment (nixpkgs issue 24288). */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "checks/lines.h"

static bool wants(const struct entry *entry)
{
    static const char *const globs[] = {"nix/store/*/*.service", "etc/systemd/system/*.service",
                                        "etc/systemd/system/*.service.d/*.conf",
                                        "etc/systemd/user/*.service"};

    for (size_t i = 0; i < sizeof(globs) / sizeof(*globs); i++)
        if (check_path_matches(globs[i], entry->path))
            return check_in_system_root(entry);
    return false;
}

/* Whether a variable's name ends in what a secret is called. */
static bool is_secret(const char *name, size_t len)
{
    static const char *const endings[] = {"PASSWORD",   "PASSWD",    "PASSPHRASE", "SECRET",
                                          "TOKEN",      "API_KEY",   "APIKEY",     "PRIVATE_KEY",
                                          "SECRET_KEY", "ACCESS_KEY"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        size_t n = strlen(endings[i]);

        if (len >= n && strncasecmp(name + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

/* One assignment "NAME=value", which may be quoted, at `at`; *ret_next is what follows it. */
static int check_one(struct check_run *run, const struct check_content *content, const char *at,
                     const char *end, const char **ret_next)
{
    char quote = *at == '"' || *at == '\'' ? *at : 0;
    const char *start = at + (quote != 0), *stop = start, *equals;

    while (stop < end && (quote ? *stop != quote : !isspace((unsigned char)*stop)))
        stop++;
    *ret_next = stop < end ? stop + 1 : end;
    equals = memchr(start, '=', (size_t)(stop - start));
    if (!equals || !is_secret(start, (size_t)(equals - start)))
        return 0;
    equals++;
    /* A path, a specifier or a variable stands for the secret. */
    if (stop - equals < 4 || strchr("/%$", *equals))
        return 0;
    return check_report(run, content, (const uint8_t *)equals, (size_t)(stop - equals),
                        (const uint8_t *)equals - content->data);
}

static int content(struct check_run *run, const struct check_content *content)
{
    static const char key[] = "Environment=";
    struct lines lines = {.content = content};

    while (lines_next(&lines)) {
        const char *at = lines.line + sizeof(key) - 1, *end = lines.line + lines.len;

        if (!lines_starts(&lines, key))
            continue;
        while (at < end) {
            int r = isspace((unsigned char)*at) ? 0 : check_one(run, content, at, end, &at);

            if (r < 0)
                return r;
            at += at < end && isspace((unsigned char)*at);
        }
    }
    return 0;
}

const struct check check_unit_environment = {
    .id = "nixos.unit-environment",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_HIGH,
    .title = "Secret in a unit's environment",
    .message = "A systemd unit sets a password, token or key in its environment.",
    .help = "Units stand in the Nix store, which everybody can read. Change the secret, and give "
            "it by systemd.services.<name>.serviceConfig.LoadCredential or EnvironmentFile, from a "
            "file that is put there at deployment.",
    .wants = wants,
    .content = content,
};
