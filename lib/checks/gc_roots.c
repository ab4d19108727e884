/* Roots of `nix build` results. */
#include "checks/check.h"

static const char *const paths[] = {
    "nix/var/nix/gcroots/auto/*",
    "nix/var/nix/gcroots/per-user/*/**",
    NULL,
};

const struct check check_gc_roots = {
    .id = "nixos.gc-roots",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_LOW,
    .title = "Garbage-collector roots of the build host",
    .message = "The image carries a garbage-collector root that somebody's nix build made.",
    .help = "The link leads to a path of the build host, which tells user and project names, and "
            "lets nothing of it be collected. Delete /nix/var/nix/gcroots/auto from the image.",
    .paths = paths,
    .links = true,
};
