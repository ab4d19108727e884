/* The tree as a whole: where it begins, whose it is, what WSL brings along itself. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checks/system.h"

/* The name before "/etc/passwd" or "/etc/wsl.conf", where that is one folder. */
static bool is_nested(const char *path)
{
    const char *slash = strchr(path, '/');

    return slash && slash != path &&
           (strcmp(slash, "/etc/passwd") == 0 || strcmp(slash, "/etc/wsl.conf") == 0);
}

static int leading(struct check_run *run, const struct check_system *system)
{
    if (system_at(system, "etc/passwd") || system_at(system, "bin/sh") ||
        system_at(system, "etc/wsl.conf"))
        return 0;
    for (size_t i = 0; i < system->n_slots; i++) {
        const struct system_node *node = system->slots[i];

        if (node && is_nested(node->path))
            return check_report_path(run, system->container, node->path);
    }
    return 0;
}

static int owner(struct check_run *run, const struct check_system *system)
{
    static const char *const paths[] = {".", "etc", "usr", "bin", "sbin", "nix"};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(paths) / sizeof(*paths); i++) {
        const struct system_node *node = system_at(system, paths[i]);

        if (!node || node->type != ENTRY_DIR || node->uid < 0 ||
            (node->uid == 0 && !(node->mode & 0022)))
            continue;
        r = system_report(run, system, paths[i], NULL,
                          "/%s belongs to the uid %" PRId64 " and has the mode %04" PRIo32 ".",
                          i ? paths[i] : "", node->uid, node->mode);
    }
    return r;
}

static int resolv_conf(struct check_run *run, const struct check_system *system)
{
    char text[64];

    if (!system_at(system, "etc/resolv.conf") ||
        (system_setting(system, "etc/wsl.conf", "network.generateresolvconf", text, sizeof(text)) &&
         strcmp(text, "false") == 0))
        return 0;
    return check_report_path(run, system->container, "etc/resolv.conf");
}

/* The host name as a file has it, or "". */
static void read_name(const struct check_system *system, char ret[256])
{
    const struct system_node *node;
    size_t len;

    *ret = 0;
    if (system_find(system, "etc/hostname", &node, NULL) != SYSTEM_FOUND || !node->content)
        return;
    len = strcspn((const char *)node->content, " \t\r\n");
    snprintf(ret, 256, "%.*s", (int)(len < 255 ? len : 255), (const char *)node->content);
}

static int hostname(struct check_run *run, const struct check_system *system)
{
    char name[256], text[256] = "";

    read_name(system, name);
    system_setting(system, "etc/wsl.conf", "network.hostname", text, sizeof(text));
    if (!*name || strcmp(name, "localhost") == 0 || strcmp(name, text) == 0)
        return 0;
    return check_report_path(run, system->container, "etc/hostname");
}

static int compression(struct check_run *run, const struct check_system *system)
{
    if (!system->format || strcmp(system->format, "gzip+tar") == 0 ||
        strcmp(system->format, "xz+tar") == 0 || strstr(system->format, "tar") == NULL)
        return 0;
    return system_report(run, system, ".", system->format, "The image's format is %s.",
                         system->format);
}

const struct check check_wsl_leading_folder = {
    .id = "wsl.leading-folder",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "Tree that does not begin at the root",
    .message = "The system stands in a folder of the tar and not at its root.",
    .help = "WSL does not import such an image. Make the tar from inside of the tree: "
            "tar -C root -c .",
    .system = leading,
};

const struct check check_wsl_root_owner = {
    .id = "wsl.root-owner",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "Root folder that is not root's alone",
    .message = "A folder that all of the system stands on is not root's alone.",
    .help = "Others can replace what is in it. Pack the tree with its root owned by 0:0 and mode "
            "0755 (mktemp -d makes one that is the builder's and has 0700).",
    .system = owner,
};

const struct check check_wsl_resolv_conf = {
    .id = "wsl.resolv-conf",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "resolv.conf in a WSL image",
    .message = "The image has an /etc/resolv.conf, be it empty or a link.",
    .help = "Microsoft asks to leave it out: WSL makes it. nixos-install leaves an empty one; "
            "remove it before the image is packed, or set network.generateResolvConf=false "
            "(wsl.wslConf.network.generateResolvConf) where the file is wanted.",
    .system = resolv_conf,
};

const struct check check_wsl_hostname = {
    .id = "wsl.hostname",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "Host name that WSL does not use",
    .message = "/etc/hostname holds another name than network.hostname in /etc/wsl.conf.",
    .help = "It is likely the build host's, and WSL replaces it. Set networking.hostName, which "
            "NixOS-WSL writes to both, or leave the file out.",
    .system = hostname,
};

const struct check check_wsl_compression = {
    .id = "wsl.compression",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "Compression that not every WSL reads",
    .message = "The image is a tar of another compression than gzip or xz.",
    .help = "gzip is what Microsoft recommends; zstd works with WSL 2 only. Compress with gzip or "
            "pigz.",
    .system = compression,
};
