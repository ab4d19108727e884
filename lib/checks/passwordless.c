/* Ways to become root without a password: sudoers(5), doas.conf(5), polkit(8). Distributions'
 * own polkit rules in /usr are left alone; the ones of the administrator are looked at. On NixOS
 * these files are links to the store, where they are known by their names. */
#include <stdio.h>
#include <string.h>

#include "checks/lines.h"

static bool matches(const struct entry *entry, const char *const *globs)
{
    for (; *globs; globs++)
        if (check_path_matches(*globs, entry->path))
            return check_in_system_root(entry);
    return false;
}

/* Reports the line, unless the policy makes an exception of its first word. */
static int report(struct check_run *run, const struct check_content *content,
                  const struct lines *lines)
{
    char first[256];
    size_t len = 0;

    while (len < lines->len && len < sizeof(first) - 1 && !strchr(" \t=", lines->line[len]))
        len++;
    snprintf(first, sizeof(first), "%.*s", (int)len, lines->line);
    if (check_is_excepted(run, content->entry->path, first))
        return 0;
    return check_report(run, content, NULL, 0, lines_at(lines));
}

/* Reports each line that says `what` and begins with `start` ("": however it begins). */
static int check_lines(struct check_run *run, const struct check_content *content,
                       const char *start, const char *what)
{
    struct lines lines = {.content = content};
    int r = 0;

    while (r == 0 && lines_next(&lines))
        if (lines.line[0] != '#' && lines_starts(&lines, start) && lines_has(&lines, what))
            r = report(run, content, &lines);
    if (r < 0 || content->whole)
        return r;
    return check_report_unread(run, content, "budget",
                               "The file is longer than the check for passwords reads.");
}

static bool wants_sudo(const struct entry *entry)
{
    static const char *const globs[] = {
        "etc/sudoers",        "etc/sudoers.d/*",        "usr/local/etc/sudoers",
        "nix/store/*sudoers", "nix/store/*sudoers.d-*", NULL};

    return matches(entry, globs);
}

static int sudo(struct check_run *run, const struct check_content *content)
{
    int r = check_lines(run, content, "", "NOPASSWD");

    return r < 0 ? r : check_lines(run, content, "Defaults", "!authenticate");
}

static bool wants_doas(const struct entry *entry)
{
    static const char *const globs[] = {"etc/doas.conf", "etc/doas.d/*", "nix/store/*doas.conf",
                                        NULL};

    return matches(entry, globs);
}

static int doas(struct check_run *run, const struct check_content *content)
{
    return check_lines(run, content, "permit", "nopass");
}

static bool wants_polkit(const struct entry *entry)
{
    static const char *const globs[] = {"etc/polkit-1/rules.d/*", "etc/polkit-1/localauthority/*/*",
                                        "var/lib/polkit-1/localauthority/*/*",
                                        "nix/store/*polkit-1-rules.d-*", NULL};

    return matches(entry, globs);
}

static int polkit(struct check_run *run, const struct check_content *content)
{
    int r = check_lines(run, content, "", "polkit.Result.YES");

    return r < 0 ? r : check_lines(run, content, "Result", "=yes");
}

const struct check check_sudo_nopasswd = {
    .id = "hygiene.sudo-nopasswd",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "sudo without a password",
    .message = "A rule of sudo lets somebody become another user without a password.",
    .help = "Whatever runs as that user can become root. Set security.sudo.wheelNeedsPassword = "
            "true and leave NOPASSWD out of security.sudo.extraRules. A policy can raise this "
            "check, and make an exception of a user or %group by its value.",
    .wants = wants_sudo,
    .content = sudo,
};

const struct check check_doas_nopass = {
    .id = "hygiene.doas-nopass",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "doas without a password",
    .message = "A rule of doas lets somebody become another user without a password.",
    .help = "Whatever runs as that user can become root. Set "
            "security.doas.wheelNeedsPassword = true and noPass = false in "
            "security.doas.extraRules.",
    .wants = wants_doas,
    .content = doas,
};

const struct check check_polkit_yes = {
    .id = "hygiene.polkit-yes",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "polkit without a password",
    .message = "A rule of polkit grants an action without asking for a password.",
    .help = "See in security.polkit.extraConfig which action it is and to whom it is granted; "
            "polkit.Result.AUTH_ADMIN asks for a password.",
    .wants = wants_polkit,
    .content = polkit,
};
