/* ~/.nix-channels: "URL NAME" a line, the channels that nix-channel(1) follows. */
#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    return check_is_home_file(entry->path, ".nix-channels") && check_in_system_root(entry);
}

static int content(struct check_run *run, const struct check_content *content)
{
    return check_is_blank(content) ? 0 : check_report(run, content, NULL, 0, -1);
}

const struct check check_channels = {
    .id = "nixos.channels",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_LOW,
    .title = "Nix channels of the build host",
    .message = "The image carries a list of Nix channels that someone subscribed to.",
    .help = "It can name internal servers, and machines made from the image follow these channels "
            "instead of the flake. Remove .nix-channels from the image, or set "
            "nix.channel.enable = false.",
    .wants = wants,
    .content = content,
};
