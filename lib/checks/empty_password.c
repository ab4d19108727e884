/* passwd(5) and shadow(5): an empty second field lets everybody in. */
#include <string.h>

#include "checks/lines.h"

static bool wants(const struct entry *entry)
{
    static const char *const paths[] = {"etc/shadow", "etc/shadow-", "etc/passwd", "etc/passwd-"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        if (strcmp(entry->path, paths[i]) == 0)
            return check_in_system_root(entry);
    return false;
}

static int content(struct check_run *run, const struct check_content *content)
{
    struct lines lines = {.content = content};

    while (lines_next(&lines)) {
        const char *colon = memchr(lines.line, ':', lines.len);
        size_t name = colon ? (size_t)(colon - lines.line) : 0;
        int r;

        /* "+" and "-" stand for accounts of a directory service. */
        if (name == 0 || strchr("+-#", lines.line[0]) || name + 1 >= lines.len || colon[1] != ':')
            continue;
        r = check_report(run, content, NULL, 0, lines_at(&lines));
        if (r < 0)
            return r;
    }
    return 0;
}

const struct check check_empty_password = {
    .id = "hygiene.empty-password",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Account without a password",
    .message = "The image has an account that anybody can log in to without a password.",
    .help = "Lock it: \"!\" in the second field of /etc/shadow (passwd -l). On NixOS leave "
            "users.users.<name>.initialHashedPassword unset instead of giving it as \"\".",
    .wants = wants,
    .content = content,
};
