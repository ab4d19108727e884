/* nix.conf(5): `access-tokens` holds passwords of forges (nix issue 6536). */
#include <string.h>

#include "checks/lines.h"

static bool wants(const struct entry *entry)
{
    static const char *const globs[] = {"etc/nix/*.conf", "~/.config/nix/nix.conf",
                                        "nix/store/*nix.conf", "nix/store/*/etc/nix/nix.conf"};

    for (size_t i = 0; i < sizeof(globs) / sizeof(*globs); i++)
        if (check_path_matches(globs[i], entry->path))
            return check_in_system_root(entry);
    return false;
}

static int content(struct check_run *run, const struct check_content *content)
{
    struct lines lines = {.content = content};

    while (lines_next(&lines)) {
        const char *equals = memchr(lines.line, '=', lines.len), *end = lines.line + lines.len;
        int r;

        if (!equals || (!lines_starts(&lines, "access-tokens") &&
                        !lines_starts(&lines, "extra-access-tokens")))
            continue;
        for (equals++; equals < end && (*equals == ' ' || *equals == '\t');)
            equals++;
        if (equals == end)
            continue;
        r = check_report(run, content, (const uint8_t *)equals, (size_t)(end - equals),
                         (const uint8_t *)equals - content->data);
        if (r < 0)
            return r;
    }
    return 0;
}

const struct check check_nix_access_token = {
    .id = "nixos.access-token",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_CRITICAL,
    .title = "Access token in nix.conf",
    .message = "nix.conf holds an access token.",
    .help = "Everyone who has the image, and every user of its machines, can use it. Revoke it, "
            "and keep tokens in a file outside of the store: nix.extraOptions = \"!include "
            "/run/secrets/nix-access-tokens\".",
    .wants = wants,
    .content = content,
};
