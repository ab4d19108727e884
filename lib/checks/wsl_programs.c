/* Programs that WSL starts, whatever the distribution: /bin/sh, /sbin/init, /bin/true. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "checks/system.h"

#define EM_X86_64 62 /* e_machine, from the ELF specification's registry */
#define EM_AARCH64 183

/* The machine of a 64-bit little-endian ELF file; 0 when it is none. */
static unsigned machine_of(const struct system_node *node)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', 2, 1};
    const uint8_t *data = node->content;

    if (node->len < 20 || memcmp(data, magic, sizeof(magic)) != 0)
        return 0;
    return data[18] | (unsigned)data[19] << 8;
}

/* Reports a program that is missing (unless it need not be there), not one or not to be run. */
static int check_program(struct check_run *run, const struct check_system *system, const char *path,
                         bool required)
{
    const struct system_node *node;
    char where[SYSTEM_PATH_MAX];
    enum system_found found = system_find(system, path, &node, where);
    unsigned machine;

    if (found == SYSTEM_UNKNOWN ||
        (found == SYSTEM_ABSENT && !required && !system_at(system, path)))
        return 0;
    if (found == SYSTEM_ABSENT)
        return system_report(run, system, path, NULL, "/%s is missing%s%s.", path,
                             strcmp(where, path) != 0 ? ", it leads to /" : "",
                             strcmp(where, path) != 0 ? where : "");
    if (node->type != ENTRY_FILE || (node->uid >= 0 && (node->mode & 0111) != 0111))
        return system_report(run, system, path, NULL, "/%s cannot be run by everyone.", path);
    if (!node->content)
        return 0;
    machine = machine_of(node);
    if (machine == EM_X86_64 || machine == EM_AARCH64)
        return 0;
    return system_report(run, system, path, NULL,
                         "/%s is not an ELF program for x86-64 or aarch64.", path);
}

static int shell(struct check_run *run, const struct check_system *system)
{
    int r = check_program(run, system, "bin/sh", true);

    return r < 0 ? r : check_program(run, system, "bin/bash", false);
}

static int init(struct check_run *run, const struct check_system *system)
{
    char text[64];

    if (!system_setting(system, "etc/wsl.conf", "boot.systemd", text, sizeof(text)) ||
        strcasecmp(text, "true") != 0)
        return 0;
    return check_program(run, system, "sbin/init", true);
}

static int systemd(struct check_run *run, const struct check_system *system)
{
    char text[64];

    if (system_setting(system, "etc/wsl.conf", "boot.systemd", text, sizeof(text)))
        return 0;
    return check_report_path(run, system->container, "etc/wsl.conf");
}

static int true_(struct check_run *run, const struct check_system *system)
{
    return check_program(run, system, "bin/true", true);
}

static int architecture(struct check_run *run, const struct check_system *system)
{
    static const char *const paths[] = {"bin/sh", "bin/bash", "sbin/init", "bin/true"};
    const struct system_node *node;
    const char *first = NULL;
    unsigned machine = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        unsigned one;

        if (system_find(system, paths[i], &node, NULL) != SYSTEM_FOUND || !node->content)
            continue;
        one = machine_of(node);
        if (one && machine && one != machine)
            return system_report(run, system, paths[i], NULL,
                                 "/%s is a program for another machine than /%s.", paths[i], first);
        if (one && !machine) {
            machine = one;
            first = paths[i];
        }
    }
    return 0;
}

const struct check check_wsl_shell = {
    .id = "wsl.shell",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "No usable /bin/sh or /bin/bash",
    .message = "A shell that WSL starts is missing or no program for its machines.",
    .help = "WSL does not import an image without /bin/sh, and starts nothing without it. See that "
            "it leads to a 64-bit program of mode 0755; on NixOS environment.binsh makes it, and "
            "the tarball builder puts it there.",
    .system = shell,
};

const struct check check_wsl_init = {
    .id = "wsl.init",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "No usable /sbin/init for systemd",
    .message = "boot.systemd is set, but /sbin/init is missing or no program for WSL's machines.",
    .help = "WSL runs /sbin/init as systemd and the distribution does not come up without it. See "
            "that it leads to a 64-bit program of mode 0755, or set boot.systemd=false.",
    .system = init,
};

const struct check check_wsl_systemd = {
    .id = "wsl.systemd",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "systemd neither on nor off",
    .message = "/etc/wsl.conf does not set boot.systemd.",
    .help = "Whether systemd runs depends on the version of WSL then. Say it: [boot] systemd=true "
            "or false (NixOS-WSL writes it).",
    .system = systemd,
};

const struct check check_wsl_true = {
    .id = "wsl.true",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "No /bin/true",
    .message = "/bin/true is missing or no program for WSL's machines.",
    .help = "WSL from 2.9.8 on runs it at every start (NixOS-WSL issue 1100). Update NixOS-WSL, or "
            "add it to the image by wsl.extraBin.",
    .system = true_,
};

const struct check check_wsl_architecture = {
    .id = "wsl.architecture",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "Programs for different machines",
    .message = "Programs that WSL starts are made for different machines.",
    .help =
        "One of them does not run. Build all of the image for one system (nixpkgs.hostPlatform).",
    .system = architecture,
};
