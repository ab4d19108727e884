/* A store path that is not what the store's own database, or the registration that will be loaded
 * into it, says; nobody signed it. Found out by the audit (audit/origin.c). */
#include "checks/check.h"

const struct check check_store_path_unlike = {
    .id = "nixos.store-path-unlike",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_HIGH,
    .title = "Store path that differs from what was registered",
    .message = "The files in this store path are not those that Nix registered when it was built.",
    .help = "Something wrote to the store after the build: the image is not what its configuration "
            "says. Find out what with `nix store verify --all` on the build host, and build again.",
};
