/* passwd(5), shadow(5) and the user that WSL logs in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/system.h"

#define UIDS_MAX 4096 /* accounts compared with one another */

struct accounts {
    struct {
        long long uid;
        bool root;
    } seen[UIDS_MAX];
    size_t n;
    const char *wrong; /* what is wrong first, or NULL */
    int line;
};

/* The uid of a line, or why it has none. */
static const char *read_line(const char *line, size_t len, long long *ret, bool *ret_root)
{
    size_t colons = 0;
    const char *field = line;
    char *end;

    for (size_t i = 0; i < len; i++) {
        colons += line[i] == ':';
        if (line[i] == ':' && colons == 2)
            field = line + i + 1;
    }
    if (colons != 6)
        return "does not have 7 fields";
    *ret = strtoll(field, &end, 10);
    if (end == field || *end != ':' || *ret < 0 || *ret > UINT32_MAX)
        return "has no number for a uid";
    *ret_root = strncmp(line, "root:", 5) == 0;
    return NULL;
}

static const char *add_account(struct accounts *all, const char *line, size_t len)
{
    long long uid = -1;
    bool root = false;
    const char *wrong = read_line(line, len, &uid, &root);

    if (wrong)
        return wrong;
    if (uid == 0 && !root)
        return "has the uid 0 and is not called root";
    for (size_t i = 0; i < all->n; i++)
        if (all->seen[i].uid == uid)
            return "has a uid that another account has";
    if (all->n < UIDS_MAX) {
        all->seen[all->n].uid = uid;
        all->seen[all->n++].root = root;
    }
    return NULL;
}

static void read_accounts(struct accounts *all, const struct system_node *node)
{
    const char *line = (const char *)node->content, *end = line + node->len;

    while (line < end && !all->wrong) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((newline ? newline : end) - line);

        all->line++;
        if (len > 0 && line[0] != '#')
            all->wrong = add_account(all, line, len);
        line += len + 1;
    }
    for (size_t i = 0; !all->wrong && i < all->n; i++)
        if (all->seen[i].root)
            return;
    if (!all->wrong) {
        all->wrong = "has no account with the uid 0";
        all->line = 0;
    }
}

static int passwd(struct check_run *run, const struct check_system *system)
{
    static const char path[] = "etc/passwd";
    const struct system_node *node;
    enum system_found found = system_find(system, path, &node, NULL);
    struct accounts *all;
    int r = 0;

    if (found == SYSTEM_ABSENT)
        return check_report_path(run, system->container, path);
    if (found == SYSTEM_UNKNOWN || !node->content || !node->whole)
        return 0;
    all = calloc(1, sizeof(*all));
    if (!all)
        return -ENOMEM;
    read_accounts(all, node);
    if (all->wrong && all->line)
        r = system_report(run, system, path, NULL, "Line %d of /etc/passwd %s.", all->line,
                          all->wrong);
    else if (all->wrong)
        r = system_report(run, system, path, NULL, "/etc/passwd %s.", all->wrong);
    free(all);
    return r;
}

static int shadow(struct check_run *run, const struct check_system *system)
{
    static const char path[] = "etc/shadow";
    const struct system_node *node;

    if (system_find(system, path, &node, NULL) != SYSTEM_ABSENT)
        return 0;
    return check_report_path(run, system->container, path);
}

static int user_set(struct check_run *run, const struct check_system *system)
{
    static const char path[] = "etc/wsl.conf";
    char text[1024];

    if (!system_setting(system, path, "user.default", text, sizeof(text)))
        return 0;
    return system_report(run, system, path, text, "user.default is set, to %s.", text);
}

static int user_missing(struct check_run *run, const struct check_system *system)
{
    static const char path[] = "etc/wsl.conf";
    const struct system_node *node;
    char text[1024];

    if (!system_setting(system, path, "user.default", text, sizeof(text)) ||
        system_find(system, "etc/passwd", &node, NULL) != SYSTEM_FOUND || !node->content ||
        !node->whole || system_has_user(system, text, -1))
        return 0;
    return system_report(run, system, path, text,
                         "user.default is %s, an account that /etc/passwd does not have.", text);
}

const struct check check_wsl_passwd = {
    .id = "wsl.passwd",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "Missing or broken /etc/passwd",
    .message = "The image has no /etc/passwd.",
    .help = "WSL looks up whom to log in there. See that every line has its seven fields and a uid "
            "of its own, and that root has 0. NixOS's activation writes the file: the tarball "
            "builder runs it.",
    .system = passwd,
};

const struct check check_wsl_shadow = {
    .id = "wsl.shadow",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "No /etc/shadow",
    .message = "The image has no /etc/shadow.",
    .help = "Microsoft's validator rejects the image for it, and no password can be set. Ship one "
            "in which every account is locked (\"!\").",
    .system = shadow,
};

const struct check check_wsl_user_set = {
    .id = "wsl.user-set",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "User set by wsl.conf",
    .message = "/etc/wsl.conf sets user.default.",
    .help =
        "Microsoft would have oobe.command make a user with a name of one's own. NixOS-WSL sets "
        "it on purpose (wsl.defaultUser), which the base policy takes as an exception.",
    .system = user_set,
};

const struct check check_wsl_user_missing = {
    .id = "wsl.user-missing",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "User of wsl.conf without an account",
    .message = "/etc/wsl.conf sets a user.default that has no account.",
    .help = "WSL cannot log in and falls back to root. Correct wsl.defaultUser, or see that the "
            "account is declared in users.users.",
    .system = user_missing,
};
