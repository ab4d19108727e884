/* What package managers download and index. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/cache/apt/archives/*.deb",
    "var/cache/apt/archives/partial/*",
    "var/cache/apt/*.bin",
    "!var/lib/apt/lists/lock",
    "var/lib/apt/lists/**",
    "var/cache/dnf/**",
    "var/cache/libdnf5/**",
    "var/cache/yum/**",
    "var/cache/zypp/**",
    "var/cache/pacman/pkg/**",
    "var/cache/apk/**",
    "~/.cache/pip/**",
    "~/.cache/uv/**",
    "~/.cache/yarn/**",
    "~/.cache/go-build/**",
    "~/.npm/_cacache/**",
    "~/.cargo/registry/**",
    "~/.gradle/caches/**",
    "~/.m2/repository/**",
    NULL,
};

const struct check check_package_cache = {
    .id = "hygiene.package-cache",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Package manager's cache",
    .message = "The image carries a package manager's cache.",
    .help = "It makes the image bigger, and lists and indexes tell the mirrors and internal "
            "registries that were used. Clean it before the image is packed (apt-get clean and "
            "rm -r /var/lib/apt/lists/*, dnf clean all, pip cache purge, …).",
    .paths = paths,
};
