/* nix-store --read-log. */
#include "checks/check.h"

static const char *const paths[] = {
    "nix/var/log/nix/**",
    NULL,
};

const struct check check_build_logs = {
    .id = "nixos.build-logs",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_LOW,
    .title = "Build logs",
    .message = "The image carries logs of Nix builds.",
    .help = "A log holds what a build printed, and with it paths, host names and at times the "
            "environment. Delete /nix/var/log/nix before the image is packed.",
    .paths = paths,
};
