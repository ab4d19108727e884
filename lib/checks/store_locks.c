/* Nix's store locks. */
#include "checks/check.h"

static const char *const paths[] = {
    "nix/var/nix/temproots/*", "nix/var/nix/gc.lock",
    "nix/var/nix/gc-socket/*", "nix/var/nix/userpool/*",
    "nix/var/nix/userpool2/*", "nix/var/nix/db/big-lock",
    "nix/store/*.lock",        NULL,
};

const struct check check_store_locks = {
    .id = "nixos.store-locks",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_INFO,
    .title = "Nix's locks and temporary roots",
    .message = "The image carries a lock or a temporary root of a Nix process.",
    .help = "It is harmless, and tells only that Nix ran on the tree. Delete "
            "/nix/var/nix/temproots, gc.lock and *.lock files before the image is packed.",
    .paths = paths,
    .empty = true,
};
