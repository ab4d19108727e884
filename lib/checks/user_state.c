/* Where Nix keeps state in a home. */
#include "checks/check.h"

static const char *const paths[] = {
    "!~/.nix-defexpr/channels*",
    "!~/.local/state/nix/profiles/channels*",
    "~/.cache/nix/**",
    "~/.nix-defexpr/**",
    "~/.local/state/nix/**",
    "~/.local/share/nix/**",
    NULL,
};

const struct check check_user_state = {
    .id = "nixos.user-state",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_LOW,
    .title = "Someone's state of Nix",
    .message =
        "The image carries what Nix keeps for a user: caches, expressions, trusted settings.",
    .help = "Caches tell which flakes and repositories were used and when. Run the image's "
            "builder with an empty HOME, and delete these before the image is packed.",
    .paths = paths,
};
