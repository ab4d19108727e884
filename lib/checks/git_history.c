/* nix issues 5549 and 7107. A repository has a HEAD: one finding for each. */
#include "checks/check.h"

static const char *const paths[] = {
    "nix/store/*/.git/HEAD",
    "etc/nixos/.git/HEAD",
    "etc/nixos/*/.git/HEAD",
    NULL,
};

const struct check check_git_history = {
    .id = "nixos.git-history",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_MEDIUM,
    .title = "Git history of a flake",
    .message = "The image carries the .git folder of a configuration.",
    .help = "A flake given as path: is copied with its history, and with it everything that was "
            "ever committed, names and addresses of all authors included. Refer to it as "
            "git+file:, or leave .git out of wsl.tarball.configPath.",
    .paths = paths,
};
