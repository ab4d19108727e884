/* Auditing one artifact, seen from outside: starts the locked-down worker `assay-audit`, hands it
 * the artifact and the job, serves its requests, and takes its report only when it holds. */
#ifndef ASSAY_AUDIT_H
#define ASSAY_AUDIT_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stdint.h>

#define ASSAY_FINGERPRINT_KEY_SIZE 32

struct assay_audit_job {
    int fd;                         /* the artifact: a regular file, open for reading */
    const char *name;               /* its file name, for the report */
    const json_t *policy;           /* resolved, from assay_policy_load() */
    const uint8_t *fingerprint_key; /* ASSAY_FINGERPRINT_KEY_SIZE bytes */
    const char *worker;             /* path of the assay-audit program */
    const char *qemu_nbd;           /* path of qemu-nbd; NULL: "/usr/bin/qemu-nbd" */
    const char *spool_dir;  /* where spool files are made (unlinked at once); NULL: "/tmp" */
    const char *cache_dir;  /* where compiled rules are kept, made (0700) when it is not there and
                               safe to remove at any time; NULL: nowhere */
    uint64_t memory;        /* bytes of address space for data; 0: 512 MiB */
    bool allow_unsandboxed; /* go on where seccomp cannot be had; the report says so */
    /* Told a few times a second; returns false to cancel. May be NULL. */
    bool (*progress)(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries, const char *path);
    void *progress_ctx;
};

/* Audits. Returns 0 with *ret, a report that fits the schema, whose digest and size are those of
 * the artifact and whose verdict was computed again from its findings. A worker that crashes, hangs
 * (longer than the policy's budget of seconds allows), lies or exceeds its memory gives a report
 * with the verdict "incomplete" and an `unaudited` finding that says so: that is no error. Errors
 * are for what is not the artifact's doing: -ENOENT worker missing, -ECANCELED, -ENOMEM, -EPERM
 * when no sandbox can be had and none was waived. */
int assay_audit_run(const struct assay_audit_job *job, json_t **ret, struct assay_error *err);

/* Path of the program `name` beside the running one (its /proc/self/exe's folder), malloc'd;
 * NULL when memory ran out. */
char *assay_audit_sibling(const char *name);

/* Reads the fingerprint key in `path` (32 bytes), or makes one with mode 0600 where there is none.
 * Programs that do so at the same time get the same key. */
int assay_audit_fingerprint_key(const char *path, uint8_t ret[ASSAY_FINGERPRINT_KEY_SIZE],
                                struct assay_error *err);

#endif
