/* nix-channel(1). */
#include "checks/check.h"

static const char *const paths[] = {
    "nix/var/nix/profiles/per-user/*/channels*",
    "root/.nix-defexpr/channels*",
    "~/.local/state/nix/profiles/channels*",
    NULL,
};

const struct check check_channel_profile = {
    .id = "nixos.channel-profile",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_LOW,
    .title = "Channels copied from the build host",
    .message = "The image carries a profile of Nix channels.",
    .help = "nixos-install copies the build host's channels into the image. Machines made from "
            "it follow these instead of the flake. Run nixos-install with --no-channel-copy, or "
            "set nix.channel.enable = false.",
    .paths = paths,
    .links = true,
};
