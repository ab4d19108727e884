/* SSH host keys for unlocking disks at boot (boot.initrd.network.ssh.hostKeys): in the initial RAM
 * disk they can be read by all who have the image (nixpkgs issue 91486). */
#include <fnmatch.h>
#include <string.h>

#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    const char *slash = strrchr(entry->path, '/'), *name = slash ? slash + 1 : entry->path;

    if (!strstr(entry->container, "initrd") && !strstr(entry->container, "initramfs"))
        return false;
    return fnmatch("ssh_host_*_key", name, 0) == 0 || strncmp(entry->path, "etc/ssh/", 8) == 0;
}

static int content(struct check_run *run, const struct check_content *content)
{
    static const char mark[] = "PRIVATE KEY-----";

    if (!memmem(content->data, content->len, mark, sizeof(mark) - 1))
        return 0;
    return check_report(run, content, NULL, 0, -1);
}

const struct check check_initrd_host_key = {
    .id = "nixos.initrd-host-key",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_CRITICAL,
    .title = "SSH host key in the initial RAM disk",
    .message = "The initial RAM disk carries the private half of an SSH host key.",
    .help = "Everyone who has the image can pose as the machine and be told the disk's passphrase. "
            "Make the key on each machine, name it in boot.initrd.network.ssh.hostKeys as a string "
            "and not as a path, and leave it out of the image.",
    .wants = wants,
    .content = content,
};
