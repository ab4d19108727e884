/* Packages that are not free software, known by their store paths' names (HASH-NAME-VERSION) and
 * the policy's list. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "checks/check.h"

#define HASH_LEN 32

/* The name without the version: up to a dash that a digit follows (Nix, names.cc). */
static void package_name(const char *path, char *ret, size_t size)
{
    size_t len = 0;

    while (path[len] && !(path[len] == '-' && isdigit((unsigned char)path[len + 1])))
        len++;
    snprintf(ret, size, "%.*s", (int)len, path);
}

static int entry(struct check_run *run, const struct entry *entry)
{
    const json_t *list = json_object_get(run->job->policy, "unfree_packages");
    const char *name = entry->path + strlen("nix/store/") + HASH_LEN + 1;
    char package[256];
    size_t i;
    json_t *glob;

    if (entry->type != ENTRY_DIR || strncmp(entry->path, "nix/store/", 10) != 0 ||
        strlen(entry->path) <= 10 + HASH_LEN + 1 || name[-1] != '-' || strchr(name, '/') ||
        !check_in_system_root(entry))
        return 0;
    package_name(name, package, sizeof(package));
    json_array_foreach((json_t *)(uintptr_t)list, i, glob)
    {
        if (fnmatch(json_string_value(glob), package, 0) == 0 &&
            !check_is_excepted(run, entry->path, package))
            return check_report_many(run, entry);
    }
    return 0;
}

const struct check check_unfree_package = {
    .id = "nixos.unfree-package",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_INFO,
    .title = "Package that is not free software",
    .message = "The image carries a package that the policy lists as not free software.",
    .help =
        "Whether it may be handed on is a matter of its licence. Take it out, leave "
        "nixpkgs.config.allowUnfree off, or name what is allowed as an exception. A policy that "
        "wants free software only raises this check.",
    .entry = entry,
};
