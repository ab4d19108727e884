/* sshd(8)'s AUTHORIZED_KEYS FILE FORMAT, wherever sshd looks for it. */
#include <string.h>

#include "checks/lines.h"

static bool wants(const struct entry *entry)
{
    static const char *const globs[] = {
        "~/.ssh/authorized_keys",      "~/.ssh/authorized_keys2",   "etc/ssh/authorized_keys",
        "etc/ssh/authorized_keys.d/*", "etc/ssh/authorized_keys/*", "etc/dropbear/authorized_keys",
        "nix/store/*authorized_keys*"};

    for (size_t i = 0; i < sizeof(globs) / sizeof(*globs); i++)
        if (check_path_matches(globs[i], entry->path))
            return check_in_system_root(entry);
    return false;
}

static int content(struct check_run *run, const struct check_content *content)
{
    struct lines lines = {.content = content};

    while (lines_next(&lines))
        if (lines.line[0] != '#')
            return check_report(run, content, NULL, 0, lines_at(&lines));
    return 0;
}

const struct check check_authorized_keys = {
    .id = "hygiene.authorized-keys",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "SSH key that opens every machine",
    .message = "The image lets the holder of an SSH key log in.",
    .help = "Whoever has the private half can log in to every machine made from the image. Take it "
            "out of users.users.<name>.openssh.authorizedKeys and hand keys out at deployment; "
            "where it is meant to be so, make the file an exception in the policy.",
    .wants = wants,
    .content = content,
};
