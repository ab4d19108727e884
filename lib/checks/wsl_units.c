/* Units that do what WSL does itself, or wait for what it has not: Microsoft asks that they are
 * disabled or masked, for the system and for users. A unit is enabled by a link to it in a folder
 * NAME.wants, and masked by one to /dev/null under its own name. */
#include <stdio.h>
#include <string.h>

#include "checks/system.h"

static const char *const units[] = {
    "NetworkManager.service",
    "NetworkManager-wait-online.service",
    "console-getty.service",
    "hypervkvpd.service",
    "networking.service",
    "systemd-networkd.service",
    "systemd-networkd.socket",
    "systemd-networkd-wait-online.service",
    "systemd-resolved.service",
    "systemd-tmpfiles-clean.service",
    "systemd-tmpfiles-clean.timer",
    "systemd-tmpfiles-setup.service",
    "systemd-tmpfiles-setup-dev.service",
    "systemd-tmpfiles-setup-dev-early.service",
    "systemd-vconsole-setup.service",
    "tmp.mount",
};

/* By rising priority, systemd.unit(5). */
static const char *const folders[][3] = {
    {"usr/lib/systemd/system", "usr/local/lib/systemd/system", "etc/systemd/system"},
    {"usr/lib/systemd/user", "usr/local/lib/systemd/user", "etc/systemd/user"},
};

static bool is_masked(const struct check_system *system, size_t scope, const char *unit)
{
    const struct system_node *node;
    char path[256], where[SYSTEM_PATH_MAX];

    for (size_t i = 3; i-- > 0;) {
        snprintf(path, sizeof(path), "%s/%s", folders[scope][i], unit);
        if (system_find(system, path, &node, where) != SYSTEM_ABSENT)
            return strcmp(where, "dev/null") == 0;
        if (strcmp(where, "dev/null") == 0)
            return true;
    }
    return false;
}

/* The unit that a path inside of folder `folder` enables: its last part, where that is in a folder
 * NAME.wants. */
static const char *enabled_by(const char *path, const char *folder)
{
    const char *wants, *slash;
    size_t len = strlen(folder);

    if (strncmp(path, folder, len) != 0 || path[len] != '/')
        return NULL;
    wants = strstr(path + len, ".wants/");
    slash = strrchr(path, '/');
    return wants && slash == wants + 6 && slash[1] ? slash + 1 : NULL;
}

static bool is_listed(const char *unit)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(units[i], unit) == 0)
            return true;
    return false;
}

static int check_folder(struct check_run *run, const struct check_system *system, size_t scope,
                        const char *folder)
{
    const struct system_node *node;
    char where[SYSTEM_PATH_MAX];
    int r = 0;

    system_find(system, folder, &node, where);
    for (size_t i = 0; r == 0 && i < system->n_slots; i++) {
        const char *path = system->slots[i] ? system->slots[i]->path : "";
        const char *unit = enabled_by(path, where);

        if (!unit || !is_listed(unit) || is_masked(system, scope, unit))
            continue;
        r = system_report(run, system, path, unit, "%s is enabled%s.", unit,
                          scope ? " for users" : "");
    }
    return r;
}

static int system_(struct check_run *run, const struct check_system *system)
{
    int r = 0;

    for (size_t scope = 0; scope < 2; scope++)
        for (size_t i = 0; r == 0 && i < 3; i++)
            r = check_folder(run, system, scope, folders[scope][i]);
    return r;
}

const struct check check_wsl_unit_enabled = {
    .id = "wsl.unit-enabled",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "Unit that is in WSL's way",
    .message = "A unit is enabled that Microsoft asks to disable.",
    .help =
        "It fails, waits for a network that WSL sets up itself, or removes WSL's own mounts and "
        "sockets. Mask it: systemd.services.<name>.enable = false (systemd.timers, "
        "systemd.mounts likewise) on NixOS, systemctl mask elsewhere.",
    .system = system_,
};
