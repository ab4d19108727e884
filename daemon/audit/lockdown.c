#include "audit/lockdown.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int lockdown_privileges(uint64_t keep, struct assay_error *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return assay_error_set(err, errno, "cannot set no_new_privs: %s", strerror(errno));
    if (syscall(SYS_capget, &header, data) < 0)
        return assay_error_set(err, errno, "cannot read the capabilities: %s", strerror(errno));
    /* The bounding set first: it takes CAP_SETPCAP. EINVAL ends the kernel's list. */
    if (data[CAP_SETPCAP / 32].effective & (1u << CAP_SETPCAP % 32))
        for (unsigned cap = 0; cap < 64; cap++)
            if (!(keep & (1ull << cap)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 &&
                errno != EINVAL)
                return assay_error_set(err, errno, "cannot drop a capability: %s", strerror(errno));
    for (unsigned half = 0; half < 2; half++) {
        data[half].permitted &= (uint32_t)(keep >> 32 * half);
        data[half].effective = data[half].permitted;
        data[half].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, data) < 0)
        return assay_error_set(err, errno, "cannot drop the capabilities: %s", strerror(errno));
    return 0;
}

/* RLIMIT_NPROC is not among them: it counts all processes of the user, so it would depend on what
 * else runs; seccomp denies new processes for certain. */
int lockdown_rlimits(const struct lockdown_limits *limits, struct assay_error *err)
{
    const struct {
        int resource;
        const char *name;
        uint64_t value;
    } rows[] = {
        {RLIMIT_CORE, "core", 0},
        {RLIMIT_NOFILE, "nofile", limits->files},
        {RLIMIT_FSIZE, "fsize", limits->file_size},
        {RLIMIT_CPU, "cpu", limits->seconds},
        {RLIMIT_MEMLOCK, "memlock", 0},
        {RLIMIT_DATA, "data", limits->memory},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct rlimit limit;

        if (rows[i].resource == RLIMIT_DATA && rows[i].value == 0)
            continue;
        if (getrlimit((__rlimit_resource_t)rows[i].resource, &limit) < 0)
            return assay_error_set(err, errno, "cannot read a limit: %s", strerror(errno));
        /* What stands lower already stays. */
        if (rows[i].value < limit.rlim_max)
            limit.rlim_max = rows[i].value;
        if (limit.rlim_max < limit.rlim_cur || rows[i].value < limit.rlim_cur)
            limit.rlim_cur = limit.rlim_max;
        if (setrlimit((__rlimit_resource_t)rows[i].resource, &limit) < 0)
            return assay_error_set(err, errno, "cannot set the limit %s: %s", rows[i].name,
                                   strerror(errno));
    }
    return 0;
}

int lockdown_worker(const struct lockdown_limits *limits, bool allow_unsandboxed,
                    struct message_sandbox *ret, struct assay_error *err)
{
    struct lockdown_limits own = *limits;
    struct message_sandbox sandbox = {.rlimits = true};
    int r;

#ifdef ASSAY_SANITIZE
    own.memory = 0; /* the sanitizer's shadow takes terabytes of address space */
    sandbox.rlimits = false;
#endif
    r = lockdown_privileges(0, err);
    if (r == 0)
        r = lockdown_landlock(NULL, 0, &sandbox.landlock, err);
    if (r == 0)
        r = lockdown_rlimits(&own, err);
    if (r < 0)
        return r;
    r = lockdown_filter_worker(err);
    sandbox.seccomp = r == 0;
    if (r < 0 && !allow_unsandboxed)
        return assay_error_set(err, EPERM,
                               "this kernel gives no seccomp filter (%s), and nothing foreign is "
                               "read without one; allow it by name (allow_unsandboxed) or use "
                               "another machine",
                               strerror(-r));
    *ret = sandbox;
    return 0;
}
