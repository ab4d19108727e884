/* What the coordinator and the worker say to each other over the worker's socket; each message's
 * writer and reader stand side by side in message.c. In order:
 *
 *   coordinator  {"job": {...}}                      no artifact yet
 *   worker       {"request": "kept", "name"}: a file of the cache, to read, or
 *                {"request": "keep", "name"}: one to write, which is kept once the worker is ready
 *                    coordinator  as for the requests below
 *   worker       {"ready": {"seccomp", "landlock", "rlimits"}}        locked down from here on
 *   coordinator  {"ok": true} + the artifact         only after it has seen the lock-down itself
 *   worker       {"progress": {...}}, any number
 *                {"request": "spool"} or {"request": "nbd", "format"} + the disk
 *                    coordinator  {"ok": true} + a descriptor, or {"error": {"code", "text"}}
 *                {"request": "seen"}, once: a file for what it has learnt for later audits
 *   worker       {"report": {...}}, the last one
 *
 * In place of any of its messages the worker may say {"failed": {"code", "text"}}. */
#ifndef ASSAY_AUDIT_MESSAGE_H
#define ASSAY_AUDIT_MESSAGE_H

#include <assay/audit.h>
#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stdint.h>

#define MESSAGE_SOCKET 3 /* the worker's descriptor of its socket */

/* What the worker is to do. */
struct message_job {
    json_t *policy; /* resolved */
    uint8_t key[ASSAY_FINGERPRINT_KEY_SIZE];
    const char *name;       /* the artifact's */
    const char *today;      /* YYYY-MM-DD, for the waivers' expiry */
    uint64_t memory;        /* bytes of data */
    uint64_t spool;         /* bytes of one spool file */
    uint64_t seconds;       /* of wall time */
    bool allow_unsandboxed; /* go on without seccomp */
    json_t *hold;           /* a reader's: what owns the strings and the policy */
};

int message_send_job(int fd, const struct message_job *job, struct assay_error *err);
/* Waits for it for ever; *ret is freed by message_job_free(). -EPROTO when it is not a job. */
int message_read_job(int fd, struct message_job *ret, struct assay_error *err);
void message_job_free(struct message_job *job);

/* How far a process is locked down. */
struct message_sandbox {
    bool seccomp;
    int landlock; /* ABI in force, 0: none */
    bool rlimits; /* all of them, the one on memory included */
};

enum message_kind {
    MESSAGE_READY,
    MESSAGE_KEPT,
    MESSAGE_KEEP,
    MESSAGE_PROGRESS,
    MESSAGE_SPOOL,
    MESSAGE_NBD,
    MESSAGE_SEEN,
    MESSAGE_REPORT,
    MESSAGE_FAILED,
};

/* A worker's message as the coordinator reads it. */
struct message {
    enum message_kind kind;
    json_t *json;                   /* owns every string below */
    struct message_sandbox sandbox; /* READY */
    uint64_t bytes, total, entries; /* PROGRESS */
    const char *text;               /* PROGRESS: a path; NBD: the format; FAILED: the sentence;
                                       KEPT, KEEP: the name */
    int code;                       /* FAILED: an errno, positive */
    int disk;                       /* NBD: the descriptor that came with it, owned; else -1 */
    json_t *report;                 /* REPORT: borrowed from `json` */
};

int message_send_ready(int fd, const struct message_sandbox *sandbox, struct assay_error *err);
int message_send_progress(int fd, uint64_t bytes, uint64_t total, uint64_t entries,
                          const char *path, struct assay_error *err);
int message_send_report(int fd, const json_t *report, struct assay_error *err);
int message_send_failed(int fd, const struct assay_error *failure, struct assay_error *err);
/* Reads one of the above or a request, in at most `timeout_ms`. Returns 1, 0 at the end of the
 * stream, or a negative errno (-EPROTO for what is none of them). */
int message_read(int fd, int timeout_ms, struct message *ret, struct assay_error *err);
void message_free(struct message *message);

/* The worker's requests: sent, and the answer waited for. *ret is a descriptor. */
int message_ask_spool(int fd, int *ret, struct assay_error *err);
int message_ask_nbd(int fd, int disk, const char *format, int *ret, struct assay_error *err);
int message_ask_seen(int fd, int *ret, struct assay_error *err);
int message_ask_kept(int fd, const char *name, int *ret, struct assay_error *err);
int message_ask_keep(int fd, const char *name, int *ret, struct assay_error *err);
/* The coordinator's answers: a descriptor, or why there is none. */
int message_grant(int fd, int pass_fd, struct assay_error *err);
int message_refuse(int fd, const struct assay_error *why, struct assay_error *err);
/* Takes an answer; the artifact comes as one as well. Waits for ever. */
int message_read_grant(int fd, int *ret, struct assay_error *err);

#endif
