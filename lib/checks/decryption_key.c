/* sops-nix and agenix. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/lib/sops-nix/**",
    "var/lib/sops/**",
    "var/lib/agenix/**",
    "etc/sops/**",
    "etc/agenix/**",
    "~/.config/sops/age/keys.txt",
    "~/.config/sops/age/*.txt",
    "~/.config/age/**",
    "~/.config/agenix/**",
    "~/.age/**",
    NULL,
};

const struct check check_decryption_key = {
    .id = "nixos.decryption-key",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_CRITICAL,
    .title = "Key that secrets are encrypted to",
    .message = "The image carries a key that sops-nix or agenix decrypts with.",
    .help = "Whoever has the image can decrypt every secret that is encrypted to this key, those "
            "of the repository and its history included. Delete the file, put a key on each "
            "machine at deployment (sops.age.keyFile, age.identityPaths), and encrypt the "
            "secrets anew with changed values.",
    .paths = paths,
};
