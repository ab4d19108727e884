/* A store path that is not what was signed under its name. Found out by the audit (audit/origin.c),
 * which has the hashes and the signatures. */
#include "checks/check.h"

const struct check check_store_path_altered = {
    .id = "nixos.store-path-altered",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_CRITICAL,
    .title = "Store path that differs from what was signed",
    .message = "The image's database holds a public cache's signature for this store path, but the "
               "files in it are not those that were signed.",
    .help =
        "Something changed the store after it was fetched: a builder script, a damaged disk, or "
        "someone. Find out what with `nix store verify --all` on the build host, repair it "
        "(`nix store repair`), and build the image again.",
};
