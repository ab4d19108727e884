/* The keys of wsl.conf and wsl-distribution.conf. Those known are the lists of Microsoft's
 * validate-modern.py (2.6.3), compared in lower case as it does; others that are fine stand as
 * exceptions in the policy. */
#include <assay/buf.h>
#include <errno.h>
#include <string.h>

#include "checks/ini.h"
#include "checks/system.h"

static const char *const conf_keys[] = {
    "automount.cgroups",
    "automount.enabled",
    "automount.ldconfig",
    "automount.mountfstab",
    "automount.options",
    "automount.root",
    "boot.command",
    "boot.protectbinfmt",
    "boot.systemd",
    "fileserver.enabled",
    "filesystem.umask",
    "general.hostname",
    "gpu.appendlibpath",
    "gpu.enabled",
    "interop.appendwindowspath",
    "interop.enabled",
    "network.generatehosts",
    "network.generateresolvconf",
    "network.hostname",
    "time.usewindowstimezone",
    "user.default",
    NULL,
};

static const char *const distribution_keys[] = {
    "oobe.command",
    "oobe.defaultuid",
    "oobe.defaultname",
    "shortcut.icon",
    "shortcut.enabled",
    "windowsterminal.profiletemplate",
    "windowsterminal.enabled",
    NULL,
};

static bool is_listed(const char *const *list, const char *key)
{
    for (; *list; list++)
        if (strcmp(*list, key) == 0)
            return true;
    return false;
}

/* What a check cannot read is said; only one of the checks of a file does so. */
static int report_unread(struct check_run *run, const struct check_system *system, const char *path,
                         enum system_found found, const struct system_node *node)
{
    const struct entry entry = {.container = system->container, .path = path};
    const struct check_content content = {.entry = &entry};

    if (found == SYSTEM_ABSENT || (found == SYSTEM_FOUND && node->content && node->whole))
        return 0;
    if (found == SYSTEM_FOUND && node->type != ENTRY_FILE)
        return 0;
    return check_report_unread(run, &content, "unsupported",
                               "The file leads to a name under which the checks for WSL have not "
                               "read it in full.");
}

static int check_keys(struct check_run *run, const struct check_system *system, const char *path,
                      const char *const *known)
{
    const struct system_node *node = NULL;
    enum system_found found = system_find(system, path, &node, NULL);
    _cleanup_buf_ struct assay_buf unknown = ASSAY_BUF(600);
    struct ini ini = {.line = 0};
    int r = report_unread(run, system, path, found, node);

    if (r < 0 || found != SYSTEM_FOUND || !node->content)
        return r;
    ini.data = node->content;
    ini.left = node->len;
    while (ini_next(&ini)) {
        if (is_listed(known, ini.key) || check_is_excepted(run, path, ini.key))
            continue;
        r = assay_buf_printf(&unknown, "%s%s", unknown.len ? ", " : "", ini.key);
        if (r == -EFBIG)
            break;
        if (r < 0)
            return r;
    }
    if (unknown.len == 0)
        return 0;
    return system_report(run, system, path, NULL, "/%s has keys that WSL does not know: %s.", path,
                         assay_buf_str(&unknown));
}

static int conf(struct check_run *run, const struct check_system *system)
{
    return check_keys(run, system, "etc/wsl.conf", conf_keys);
}

static int distribution(struct check_run *run, const struct check_system *system)
{
    return check_keys(run, system, "etc/wsl-distribution.conf", distribution_keys);
}

const struct check check_wsl_conf_key = {
    .id = "wsl.conf-key",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "Unknown key in wsl.conf",
    .message = "/etc/wsl.conf has keys that WSL does not know.",
    .help = "WSL ignores such a key, so that what it should set is not set. Correct it (on NixOS "
            "in wsl.wslConf); one that a newer WSL knows can be an exception in the policy, with "
            "\"section.key\" in lower case as its value.",
    .system = conf,
};

const struct check check_wsl_distribution_key = {
    .id = "wsl.distribution-key",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "Unknown key in wsl-distribution.conf",
    .message = "/etc/wsl-distribution.conf has keys that WSL does not know.",
    .help = "Microsoft's validator rejects the image for it, and WSL ignores the key. Correct or "
            "remove it.",
    .system = distribution,
};
