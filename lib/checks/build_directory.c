/* Nix's sandbox builds in /build; from 2.30 on, the host's side of it is in /nix/var/nix/builds. */
#include "checks/check.h"

static const char *const paths[] = {
    "build/**",
    "nix/var/nix/builds/**",
    "tmp/nix-build-*/**",
    NULL,
};

const struct check check_build_directory = {
    .id = "nixos.build-directory",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_MEDIUM,
    .title = "Build directory",
    .message = "The image carries files of the directory that Nix builds in.",
    .help = "Nothing of a build but its outputs is meant to ship: sources, environment variables "
            "and logs of the build host may be in it. Empty /build before the image is packed, "
            "and keep builds apart (nix.settings.keep-failed = false).",
    .paths = paths,
};
