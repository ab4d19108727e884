/* Programs that run as somebody else. NixOS keeps them in /run/wrappers (security.wrappers), which
 * is made at boot; distributions that install programs to /usr ship theirs there. */
#include "checks/check.h"

static bool is_setid(const struct entry *entry)
{
    return entry->type == ENTRY_FILE && entry->in == ENTRY_IN_FILE && (entry->mode & 06000) &&
           check_in_system_root(entry);
}

/* Where a distribution installs programs. */
static bool is_ordinary(const char *path)
{
    static const char *const globs[] = {"usr/bin/**",   "usr/sbin/**",    "usr/lib/**",
                                        "usr/lib64/**", "usr/libexec/**", "bin/**",
                                        "sbin/**",      "lib/**"};

    for (size_t i = 0; i < sizeof(globs) / sizeof(*globs); i++)
        if (check_path_matches(globs[i], path))
            return true;
    return false;
}

static int odd(struct check_run *run, const struct entry *entry)
{
    if (!is_setid(entry) || is_ordinary(entry->path) ||
        check_path_matches("run/wrappers/**", entry->path))
        return 0;
    return check_report_many(run, entry);
}

static int ordinary(struct check_run *run, const struct entry *entry)
{
    return is_setid(entry) && is_ordinary(entry->path) ? check_report_many(run, entry) : 0;
}

const struct check check_setuid = {
    .id = "hygiene.setuid",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Setuid or setgid program in an odd place",
    .message = "The image carries a setuid or setgid file where none belongs.",
    .help = "Whoever runs it gets its owner's rights, and nobody updates it there. A Nix store "
            "never holds such a file. Take the bit away, and on NixOS declare the program in "
            "security.wrappers.",
    .entry = odd,
};

const struct check check_setuid_system = {
    .id = "hygiene.setuid-system",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Setuid or setgid program of the distribution",
    .message = "The image carries a setuid or setgid program where distributions install them.",
    .help = "It is ordinary there. See that each is needed: su, passwd, mount and the like are; "
            "chmod u-s or remove the package of what is not.",
    .entry = ordinary,
};
