/* The worker: takes the job, prepares, locks down, and only then asks for the artifact. */
#include "audit/modes.h"

#include <errno.h>
#include <linux/close_range.h>
#include <locale.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <assay/digest.h>

#include "audit/lockdown.h"
#include "audit/run.h"

#define OPEN_FILES 64
#define PROCESSOR_THREADS 4 /* at most: the reader, the walk, digests */

struct worker {
    struct message_job job;
    struct audit_run *run;
};

static int open_nbd(void *ctx, int disk, const char *format, int *ret, struct assay_error *err)
{
    (void)ctx;
    return message_ask_nbd(MESSAGE_SOCKET, disk, format, ret, err);
}

static int open_spool(void *ctx, int *ret, struct assay_error *err)
{
    (void)ctx;
    return message_ask_spool(MESSAGE_SOCKET, ret, err);
}

static void progress(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries, const char *path)
{
    (void)ctx;
    /* A coordinator that is gone is noticed when the report is sent. */
    message_send_progress(MESSAGE_SOCKET, bytes, total, entries, path, NULL);
}

static int open_kept(void *ctx, const char *name, int *ret)
{
    (void)ctx;
    return message_ask_kept(MESSAGE_SOCKET, name, ret, NULL);
}

static int create_kept(void *ctx, const char *name, int *ret)
{
    (void)ctx;
    return message_ask_keep(MESSAGE_SOCKET, name, ret, NULL);
}

/* All that opens files or maps code: afterwards none of it can be done. */
static int prepare(struct worker *worker, struct assay_error *err)
{
    const struct scan_store store = {
        .open = open_kept, .create = create_kept, .key = worker->job.key};
    uint8_t digest[ASSAY_SHA256_SIZE];

    /* Without a UTF-8 locale libarchive cannot give names; the C locale is the fallback. */
    setlocale(LC_CTYPE, "C.UTF-8");
    if (assay_sha256("", 0, digest) < 0)
        return assay_error_set(err, EIO, "libcrypto does not work here");
    return audit_run_new(&worker->job, &store, &worker->run, err);
}

static int lock_down(const struct worker *worker, struct message_sandbox *ret,
                     struct assay_error *err)
{
    const struct message_job *job = &worker->job;
    struct lockdown_limits limits = {
        .memory = job->memory,
        .file_size = job->spool,
        .seconds = job->seconds * PROCESSOR_THREADS,
        .files = OPEN_FILES,
    };

    syscall(SYS_close_range, MESSAGE_SOCKET + 1, ~0u, 0);
    return lockdown_worker(&limits, job->allow_unsandboxed, ret, err);
}

/* For the next audit; one that cannot have it has more to do. */
static void keep_seen(const struct worker *worker)
{
    _cleanup_close_ int fd = -1;

    if (message_ask_seen(MESSAGE_SOCKET, &fd, NULL) == 0)
        audit_run_keep(worker->run, fd);
}

static int audit(struct worker *worker, struct assay_error *err)
{
    struct image_host host = {
        .open_nbd = open_nbd, .open_spool = open_spool, .hashes = true, .progress = progress};
    struct message_sandbox sandbox;
    _cleanup_close_ int artifact = -1;
    _cleanup_json_ json_t *report = NULL;
    int r = message_read_job(MESSAGE_SOCKET, &worker->job, err);

    if (r == 0)
        r = prepare(worker, err);
    if (r == 0)
        r = lock_down(worker, &sandbox, err);
    if (r == 0)
        r = message_send_ready(MESSAGE_SOCKET, &sandbox, err);
    if (r == 0)
        r = message_read_grant(MESSAGE_SOCKET, &artifact, err);
    /* Only now: until here the coordinator looks at this process in /proc. */
    if (r == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        r = assay_error_set(err, errno, "cannot close the memory to others: %s", strerror(errno));
    if (r == 0)
        r = audit_run_read(worker->run, artifact, &sandbox, &host, &report, err);
    if (r == 0)
        keep_seen(worker);
    if (r == 0)
        r = message_send_report(MESSAGE_SOCKET, report, err);
    return r;
}

int mode_worker(void)
{
    struct worker worker = {0};
    struct assay_error err = {0};
    int r = audit(&worker, &err);

    if (r < 0 && err.code == 0)
        assay_error_set(&err, r, "%s", strerror(-r));
    if (r < 0)
        message_send_failed(MESSAGE_SOCKET, &err, NULL);
    audit_run_free(worker.run);
    message_job_free(&worker.job);
    return r < 0;
}
