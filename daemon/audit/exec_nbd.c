/* Becomes qemu-nbd with one file to read, one socket to answer on, and nothing else. */
#include "audit/modes.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "audit/lockdown.h"
#include "audit/nbd.h"

#define OPEN_FILES 64
#define FIXED_ENV 3

/* A disk that names further files (a backing file, extents, external data) does not get them: no
 * backing file by the options, and whatever else by Landlock. */
#define OPTIONS                                                                  \
    "json:{\"driver\":\"%s\",\"file\":{\"driver\":\"file\",\"locking\":\"off\"," \
    "\"filename\":\"/proc/self/fd/%d\"}%s}"

static int restrict_paths(int *ret_landlock, struct assay_error *err)
{
    const struct lockdown_path paths[] = {
        {.fd = NBD_DISK},
        {.path = "/dev/urandom"},
        {.path = "/etc/ld.so.cache"},
        /* the program and its libraries */
        {.path = "/usr", .execute = true},
        {.path = "/lib", .execute = true},
        {.path = "/lib64", .execute = true},
        {.path = "/nix/store", .execute = true},
    };

    return lockdown_landlock(paths, sizeof(paths) / sizeof(*paths), ret_landlock, err);
}

/* Opening /proc/self/fd/N asks for the file's permissions again. Where root reads somebody's file,
 * it keeps the right to read any, provided that Landlock then takes all but this one. */
static uint64_t kept_capabilities(int landlock)
{
    struct stat st;
    bool foreign = fstat(NBD_DISK, &st) == 0 && st.st_uid != geteuid();

    return landlock > 0 && foreign ? 1ull << CAP_DAC_READ_SEARCH : 0;
}

static int lock_down(const char *memory, const char *seconds, const char *program,
                     struct assay_error *err)
{
    const struct lockdown_limits limits = {
        .memory = strtoull(memory, NULL, 10),
        .file_size = 0,
        .seconds = strtoull(seconds, NULL, 10),
        .files = OPEN_FILES,
    };
    int landlock = 0, abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    int r = lockdown_privileges(kept_capabilities(abi), err);

    if (r == 0)
        r = restrict_paths(&landlock, err);
    if (r == 0)
        r = lockdown_filter_nbd(program, err);
    /* Last: from here on this process itself has next to no memory. */
    if (r == 0)
        r = lockdown_rlimits(&limits, err);
    return r;
}

int mode_exec_nbd(char *const *args)
{
    const char *driver = args[0], *program = args[3];
    char options[256], pid[32];
    char *env[FIXED_ENV] = {pid, NULL, NULL};
    char listen_fds[] = "LISTEN_FDS=1", name[] = "qemu-nbd", read_only[] = "--read-only",
         shared[] = "--shared=1";
    char *argv[] = {name, read_only, shared, options, NULL};
    struct assay_error err;

    env[1] = listen_fds;
    snprintf(pid, sizeof(pid), "LISTEN_PID=%d", (int)getpid());
    snprintf(options, sizeof(options), OPTIONS, driver, NBD_DISK,
             strcmp(driver, "qcow2") == 0 || strcmp(driver, "qcow") == 0 ||
                     strcmp(driver, "vmdk") == 0
                 ? ",\"backing\":null"
                 : "");
    syscall(SYS_close_range, NBD_DISK + 1, ~0u, 0);
    if (lock_down(args[1], args[2], program, &err) < 0) {
        fprintf(stderr, "assay-audit: %s\n", err.text);
        return 1;
    }
    execve(program, argv, env);
    return 127;
}
