/* Modes and owners of the files that WSL reads as root: those of validate-modern.py. */
#include <inttypes.h>
#include <stdio.h>

#include "checks/system.h"

static const char distribution[] = "etc/wsl-distribution.conf", conf[] = "etc/wsl.conf";

static const struct {
    const char *path;    /* or, with `setting`, what is looked for in wsl-distribution.conf */
    const char *setting; /* whose value is the path */
    uint32_t modes[3];   /* those that are fine; 0 ends them */
    bool none;           /* no permission at all is fine too */
} rows[] = {
    {distribution, NULL, {0664, 0644}, false},
    {conf, NULL, {0664, 0644}, false},
    {"etc/passwd", NULL, {0664, 0644}, false},
    {"etc/shadow", NULL, {0640, 0600}, true},
    {"bin/sh", NULL, {0755, 0775, 0555}, false},
    {"bin/bash", NULL, {0755, 0775, 0555}, false},
    {"sbin/init", NULL, {0775, 0755, 0555}, false},
    {NULL, "oobe.command", {0775, 0755}, false},
    {NULL, "shortcut.icon", {0664, 0644}, false},
    {NULL, "windowsterminal.profiletemplate", {0660, 0640}, false},
};

/* The node that row `i` is about; NULL when there is none. */
static const struct system_node *node_of(const struct check_system *system, size_t i,
                                         char path[SYSTEM_PATH_MAX])
{
    const struct system_node *node = NULL;

    if (rows[i].path)
        snprintf(path, SYSTEM_PATH_MAX, "%s", rows[i].path);
    else if (!system_setting(system, distribution, rows[i].setting, path, SYSTEM_PATH_MAX))
        return NULL;
    if (system_find(system, system_relative(path), &node, NULL) != SYSTEM_FOUND)
        return NULL;
    return node->type == ENTRY_FILE ? node : NULL;
}

static bool is_fine(size_t i, uint32_t mode)
{
    if (mode == 0 && rows[i].none)
        return true;
    for (size_t j = 0; j < sizeof(rows[i].modes) / sizeof(*rows[i].modes); j++)
        if (rows[i].modes[j] && rows[i].modes[j] == mode)
            return true;
    return false;
}

static int mode(struct check_run *run, const struct check_system *system)
{
    char path[SYSTEM_PATH_MAX], value[16];
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(rows) / sizeof(*rows); i++) {
        const struct system_node *node = node_of(system, i, path);

        if (!node || node->uid < 0 || is_fine(i, node->mode))
            continue;
        snprintf(value, sizeof(value), "%04" PRIo32, node->mode);
        r = system_report(run, system, node->path, value,
                          "/%s has the mode %s, where WSL expects %04" PRIo32 ".",
                          system_relative(path), value, rows[i].modes[1]);
    }
    return r;
}

static int owner(struct check_run *run, const struct check_system *system)
{
    char path[SYSTEM_PATH_MAX];
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(rows) / sizeof(*rows); i++) {
        const struct system_node *node = node_of(system, i, path);
        bool group = rows[i].path == distribution || rows[i].path == conf;

        if (!node || node->uid < 0 || (node->uid == 0 && (!group || node->gid == 0)))
            continue;
        r = system_report(run, system, node->path, NULL,
                          "/%s belongs to %" PRId64 ":%" PRId64 " and not to root (0:0).",
                          system_relative(path), node->uid, node->gid);
    }
    return r;
}

const struct check check_wsl_file_mode = {
    .id = "wsl.file-mode",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "Mode of a file that WSL reads",
    .message = "A file that WSL reads has another mode than Microsoft's validator expects.",
    .help = "Set the mode it names (chmod). Files in a Nix store have 0444 or 0555, which the base "
            "policy takes as an exception.",
    .system = mode,
};

const struct check check_wsl_file_owner = {
    .id = "wsl.file-owner",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "Owner of a file that WSL reads",
    .message = "A file that WSL reads as root does not belong to root.",
    .help = "Its owner can change what WSL does as root. Pack the image as root, or give tar "
            "--owner=0 --group=0 for such files.",
    .system = owner,
};
