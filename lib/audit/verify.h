/* The coordinator trusts no worker: what it checks of a report, and the report it writes itself
 * when there is none that holds. */
#ifndef ASSAY_AUDIT_VERIFY_H
#define ASSAY_AUDIT_VERIFY_H

#include <assay/audit.h>
#include <stdint.h>

#include "audit/message.h"

/* What the coordinator knows by itself. */
struct verify_facts {
    const struct assay_audit_job *job;
    const char *sha256; /* of the artifact, read by the coordinator */
    uint64_t size;
    const char *today;
    struct message_sandbox sandbox;
    int64_t started; /* seconds since 1970 */
    double seconds;  /* wall time until now */
};

/* Checks the worker's report and puts the coordinator's own verdict, summary and sandbox into it,
 * and the digest where it has none.
 * 0 when it holds; -EINVAL with `err` saying in what it does not. */
int verify_report(const struct verify_facts *facts, json_t *report, struct assay_error *err);

/* A report with the verdict "incomplete", whatever the policy lets pass, and one finding
 * "unaudited.worker" that says what happened. */
int verify_incomplete(const struct verify_facts *facts, const char *what, json_t **ret,
                      struct assay_error *err);

/* SHA-256 of a file, computed on a thread of its own. */
struct verify_digest;

/* NULL when memory or threads ran out. `fd` stays open until verify_digest_end(). */
struct verify_digest *verify_digest_start(int fd);

/* Waits for it and frees it; with `cancel` it stops early and gives -ECANCELED. NULL is fine. */
int verify_digest_end(struct verify_digest *digest, bool cancel, char ret_sha256[65],
                      uint64_t *ret_size);

#endif
