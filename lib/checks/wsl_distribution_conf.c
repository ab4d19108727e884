/* /etc/wsl-distribution.conf: Microsoft's validate-modern.py makes it an error when it is missing.
 */
#include <string.h>

#include "checks/system.h"

/* Systems beyond those that are told apart are not checked, which is said once for each. */
static int entry(struct check_run *run, const struct entry *entry)
{
    const struct check_content content = {.entry = entry};

    if (strcmp(entry->path, "etc/wsl.conf") != 0 || !check_in_system_root(entry) ||
        systems_knows(run->systems, entry))
        return 0;
    return check_report_unread(run, &content, "budget",
                               "The artifact holds more systems than the checks tell apart.");
}

static int system_(struct check_run *run, const struct check_system *system)
{
    static const char path[] = "etc/wsl-distribution.conf";
    const struct system_node *node;
    char where[SYSTEM_PATH_MAX];

    if (system->full) {
        const struct entry all = {.container = system->container, .path = "."};
        const struct check_content content = {.entry = &all};
        int r = check_report_unread(run, &content, "budget",
                                    "The system has more names than the checks for WSL keep.");

        if (r < 0)
            return r;
    }
    switch (system_find(system, path, &node, where)) {
    case SYSTEM_ABSENT:
        if (!system_at(system, path))
            return check_report_path(run, system->container, path);
        return system_report(run, system, path, NULL,
                             "/etc/wsl-distribution.conf is a link that leads to nothing (/%s).",
                             where);
    case SYSTEM_FOUND:
    case SYSTEM_UNKNOWN:
        break;
    }
    return 0;
}

const struct check check_wsl_distribution_conf = {
    .id = "wsl.distribution-conf",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "No wsl-distribution.conf",
    .message = "The image is made for WSL, but has no /etc/wsl-distribution.conf.",
    .help = "Without it Windows does not take the image for a distribution: a double-click and "
            "wsl --install --from-file have no name to install it under. Add the file with "
            "[oobe] defaultName at least (NixOS-WSL's tarball builder writes one).",
    .entry = entry,
    .system = system_,
};
