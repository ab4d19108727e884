/* NixOS-WSL's tarball builder. */
#include "checks/check.h"

static const char *const paths[] = {
    "!etc/nixos/.git/**",
    "!etc/nixos/*/.git/**",
    "etc/nixos/**",
    NULL,
};

const struct check check_configuration = {
    .id = "nixos.configuration",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_INFO,
    .title = "Configuration in /etc/nixos",
    .message = "The image carries files in /etc/nixos.",
    .help = "All of wsl.tarball.configPath is copied there. See that it holds only what everyone "
            "who has the image may read, or leave the option unset.",
    .paths = paths,
    .links = true,
};
