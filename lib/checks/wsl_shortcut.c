/* Files for the start menu and the Windows Terminal that wsl-distribution.conf names. */
#include <assay/json.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checks/system.h"

#define SIZE_MAX_KIB 1024 /* validate-modern.py takes no more than 1 MiB */

static const char conf[] = "etc/wsl-distribution.conf";

/* Reports that the file is missing or too big. 1 when it is there to be looked into, 0 or a
 * negative errno. */
static int find(struct check_run *run, const struct check_system *system, const char *key,
                char text[SYSTEM_PATH_MAX], const struct system_node **ret)
{
    if (!system_setting(system, conf, key, text, SYSTEM_PATH_MAX))
        return 0;
    switch (system_find(system, text, ret, NULL)) {
    case SYSTEM_ABSENT:
        return system_report(run, system, conf, NULL, "%s is %s, which is not in the image.", key,
                             text);
    case SYSTEM_UNKNOWN:
        return 0;
    case SYSTEM_FOUND:
        break;
    }
    if ((*ret)->size > (int64_t)SIZE_MAX_KIB * 1024)
        return system_report(run, system, (*ret)->path, NULL,
                             "%s (%s) has %" PRId64 " bytes, more than 1 MiB.", text, key,
                             (*ret)->size);
    return 1;
}

static int icon(struct check_run *run, const struct check_system *system)
{
    static const uint8_t magic[] = {0, 0, 1, 0}; /* ICONDIR: reserved, type 1 */
    const struct system_node *node;
    char text[SYSTEM_PATH_MAX];
    int r = find(run, system, "shortcut.icon", text, &node);

    if (r <= 0 || !node->content)
        return r;
    if (node->len >= sizeof(magic) && memcmp(node->content, magic, sizeof(magic)) == 0)
        return 0;
    return system_report(run, system, node->path, NULL, "%s (shortcut.icon) is no .ico file.",
                         text);
}

static int icon_place(struct check_run *run, const struct check_system *system)
{
    char text[SYSTEM_PATH_MAX];

    if (!system_at(system, conf))
        return 0;
    if (!system_setting(system, conf, "shortcut.icon", text, sizeof(text)))
        return system_report(run, system, conf, "", "No shortcut.icon is set.");
    if (strncmp(text, "/usr/lib/wsl/", 13) == 0 || strncmp(text, "/usr/share/wsl/", 15) == 0)
        return 0;
    return system_report(run, system, conf, text, "shortcut.icon is %s, outside of /usr/lib/wsl.",
                         text);
}

static int profile(struct check_run *run, const struct check_system *system)
{
    _cleanup_json_ json_t *json = NULL;
    const struct system_node *node;
    char text[SYSTEM_PATH_MAX];
    struct assay_error err = {0};
    int r = find(run, system, "windowsterminal.profiletemplate", text, &node);

    if (r <= 0 || !node->content)
        return r;
    if (!node->whole) {
        const struct entry entry = {.container = system->container, .path = node->path};
        const struct check_content content = {.entry = &entry};

        return check_report_unread(run, &content, "budget",
                                   "The terminal's profile is longer than the check reads.");
    }
    if (assay_json_parse(node->content, node->len, "it", &json, &err) == 0 && json_is_object(json))
        return 0;
    return system_report(run, system, node->path, NULL,
                         "%s (windowsterminal.profileTemplate) is not a JSON object.", text);
}

static int profile_place(struct check_run *run, const struct check_system *system)
{
    char text[SYSTEM_PATH_MAX];

    if (!system_setting(system, conf, "windowsterminal.profiletemplate", text, sizeof(text)) ||
        strncmp(text, "/usr/lib/wsl/", 13) == 0)
        return 0;
    return system_report(run, system, conf, text,
                         "windowsterminal.profileTemplate is %s, outside of /usr/lib/wsl.", text);
}

const struct check check_wsl_icon = {
    .id = "wsl.icon",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "Missing or unusable icon",
    .message = "shortcut.icon names no usable file.",
    .help = "Microsoft's validator rejects the image for it. Put an .ico file of at most 1 MiB "
            "there, or correct shortcut.icon in /etc/wsl-distribution.conf.",
    .system = icon,
};

const struct check check_wsl_icon_place = {
    .id = "wsl.icon-place",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "No icon, or one in an odd place",
    .message = "shortcut.icon is not set, or lies outside of /usr/lib/wsl and /usr/share/wsl.",
    .help = "Microsoft's validator warns of it. Set shortcut.icon to a file in /usr/lib/wsl, or "
            "make its path an exception in the policy.",
    .system = icon_place,
};

const struct check check_wsl_terminal_profile = {
    .id = "wsl.terminal-profile",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "Missing or unusable terminal profile",
    .message = "windowsterminal.profileTemplate names no usable file.",
    .help = "Microsoft's validator rejects the image for it, and the Windows Terminal shows no "
            "profile. Put a JSON object of at most 1 MiB there, or correct the key.",
    .system = profile,
};

const struct check check_wsl_terminal_profile_place = {
    .id = "wsl.terminal-profile-place",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "Terminal profile in an odd place",
    .message = "windowsterminal.profileTemplate lies outside of /usr/lib/wsl.",
    .help =
        "Microsoft's validator warns of it. Put the file into /usr/lib/wsl, or make its path an "
        "exception in the policy.",
    .system = profile_place,
};
