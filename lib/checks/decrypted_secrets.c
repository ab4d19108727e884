/* Where sops-nix, agenix and NixOps put secrets. */
#include "checks/check.h"

static const char *const paths[] = {
    "run/secrets.d/**",
    "run/secrets/**",
    "run/secrets-for-users.d/**",
    "run/agenix.d/**",
    "run/agenix/**",
    "run/keys/**",
    NULL,
};

const struct check check_decrypted_secrets = {
    .id = "nixos.decrypted-secrets",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_CRITICAL,
    .title = "Decrypted secrets",
    .message = "The image carries a secret that sops-nix or agenix has decrypted.",
    .help = "These files are meant for memory only. Make the image without activating the system "
            "on it, delete them from it, and change the secrets.",
    .paths = paths,
};
