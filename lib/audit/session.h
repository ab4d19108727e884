/* The coordinator's talk with one worker. */
#ifndef ASSAY_AUDIT_SESSION_H
#define ASSAY_AUDIT_SESSION_H

#include <assay/audit.h>
#include <assay/process.h>
#include <stdbool.h>
#include <stdint.h>

#include "audit/cache.h"
#include "audit/message.h"
#include "scan/store.h"

#define SESSION_NBD_MAX 16    /* of qemu-nbd run at a time at most: disks lie in disks */
#define SESSION_NBD_TOTAL 256 /* are started for one artifact at most */

struct session {
    const struct assay_audit_job *job;
    struct message_job orders; /* what the worker is told */
    int socket;
    struct assay_process worker;
    struct assay_process nbd[SESSION_NBD_MAX];
    unsigned nbds, spools;               /* started, made */
    struct cache_file keep;              /* what the worker was given to write, until it is ready */
    char seen_name[SCAN_STORE_NAME_MAX]; /* what the worker asked the cache for of that kind */
    int seen;                            /* what it has learnt, or -1 */
    bool handed; /* the worker has the artifact: what goes wrong now is the artifact's doing */
    struct message_sandbox sandbox;
    uint64_t began, deadline,
        heard; /* assay_clock_ms(): hand-over, end of patience, last message */
    uint64_t messages;
    uint64_t bytes, total, entries; /* the last progress */
    char path[1024];
    json_t *report; /* the worker's, not checked yet */
};

/* Starts the worker and gives it its orders. The session is closed in any case. */
int session_open(struct session *session, const struct assay_audit_job *job, const char *today,
                 struct assay_error *err);

/* Talks until the report has come. Negative errnos with `handed` false are the audit's own trouble;
 * -ECANCELED when the job's progress said so; any other with `handed` true is the worker's, and
 * `err` says what it did. */
int session_talk(struct session *session, struct assay_error *err);

/* Keeps what the worker has learnt. Only for a session whose report holds. */
void session_keep_seen(struct session *session);

/* Ends the worker and qemu-nbd. */
void session_close(struct session *session);

#endif
