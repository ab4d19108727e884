/* Landlock by its system calls (Documentation/userspace-api/landlock.rst). The rights are written
 * out here, since a distribution's headers are often older than the kernel that runs. */
#include "audit/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <assay/cleanup.h>

/* struct landlock_ruleset_attr as of ABI 6; a kernel of a lower ABI is given a shorter one. */
struct ruleset {
    uint64_t fs, net, scoped;
};

/* What each ABI can deny: everything up to the last right it knows. */
static const struct {
    int abi;
    size_t size;
    struct ruleset handled;
} abis[] = {
    {1, sizeof(uint64_t), {.fs = (1ull << 13) - 1}},
    {2, sizeof(uint64_t), {.fs = (1ull << 14) - 1}},               /* + REFER */
    {3, sizeof(uint64_t), {.fs = (1ull << 15) - 1}},               /* + TRUNCATE */
    {4, 2 * sizeof(uint64_t), {.fs = (1ull << 15) - 1, .net = 3}}, /* + TCP bind, connect */
    {5, 2 * sizeof(uint64_t), {.fs = (1ull << 16) - 1, .net = 3}}, /* + IOCTL_DEV */
    /* + abstract Unix sockets and signals outside of the domain */
    {6, sizeof(struct ruleset), {.fs = (1ull << 16) - 1, .net = 3, .scoped = 3}},
};

static int allow(int ruleset, const struct lockdown_path *path, struct assay_error *err)
{
    _cleanup_close_ int opened = path->path ? open(path->path, O_PATH | O_CLOEXEC) : -1;
    struct landlock_path_beneath_attr rule = {
        .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
        .parent_fd = path->path ? opened : path->fd,
    };
    struct stat st;

    if (path->path && opened < 0)
        return 0;
    if (fstat(rule.parent_fd, &st) < 0)
        return assay_error_set(err, errno, "cannot look at a file: %s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    if (path->execute)
        rule.allowed_access |= LANDLOCK_ACCESS_FS_EXECUTE;
    /* EBADFD: a file without a place in any tree (memfd_create), which Landlock does not restrict.
     */
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0 &&
        errno != EBADFD)
        return assay_error_set(err, errno, "Landlock refuses a rule: %s", strerror(errno));
    return 0;
}

int lockdown_landlock(const struct lockdown_path *paths, size_t n, int *ret,
                      struct assay_error *err)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    size_t row = sizeof(abis) / sizeof(*abis) - 1;
    _cleanup_close_ int ruleset = -1;

    if (abi < 1) {
        *ret = 0;
        return 0;
    }
    while (row > 0 && abis[row].abi > abi)
        row--;
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &abis[row].handled, abis[row].size, 0);
    if (ruleset < 0)
        return assay_error_set(err, errno, "Landlock refuses its rules: %s", strerror(errno));
    for (size_t i = 0; i < n; i++) {
        int r = allow(ruleset, &paths[i], err);

        if (r < 0)
            return r;
    }
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        return assay_error_set(err, errno, "Landlock cannot be put in force: %s", strerror(errno));
    *ret = (int)abi;
    return 0;
}
