/* Giving up rights, for good. Called while the process has one thread. */
#ifndef ASSAY_DAEMON_AUDIT_LOCKDOWN_H
#define ASSAY_DAEMON_AUDIT_LOCKDOWN_H

#include <assay/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/message.h"

struct lockdown_limits {
    uint64_t memory;    /* bytes of data (RLIMIT_DATA) */
    uint64_t file_size; /* bytes of a file that is written */
    uint64_t seconds;   /* of processor time */
    unsigned files;     /* open descriptors */
};

/* Locks the worker down: no new privileges, no capabilities, rlimits, Landlock with every right
 * handled and nothing allowed, seccomp's list of what may be called. *ret says what is in force.
 * -EPERM when seccomp cannot be had and `allow_unsandboxed` is false. A build with AddressSanitizer
 * cannot limit its memory, and says so by `rlimits` being false. */
int lockdown_worker(const struct lockdown_limits *limits, bool allow_unsandboxed,
                    struct message_sandbox *ret, struct assay_error *err);

/* No new privileges and, for root, no capabilities but those in the mask `keep` (bit N is
 * capability N). */
int lockdown_privileges(uint64_t keep, struct assay_error *err);

/* Sets the rlimits; `memory` is left out where it is 0. */
int lockdown_rlimits(const struct lockdown_limits *limits, struct assay_error *err);

/* A file, or a folder and all below it. */
struct lockdown_path {
    const char *path; /* NULL: `fd` is meant */
    int fd;
    bool execute; /* may be executed as well as read */
};

/* Landlock: every right that the running kernel knows is handled, only reading `paths` is allowed;
 * a path that is not there is left out. *ret is the ABI in force, 0 where the kernel has none. */
int lockdown_landlock(const struct lockdown_path *paths, size_t n, int *ret,
                      struct assay_error *err);

/* Seccomp for the worker: a list of what is allowed. Everything else ends the process. */
int lockdown_filter_worker(struct assay_error *err);

/* Seccomp for qemu-nbd, whose needs change with its version: a list of what is denied. Its only
 * execve is the one that is given this very pointer. */
int lockdown_filter_nbd(const char *program, struct assay_error *err);

#endif
