#include "audit/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/clock.h>
#include <assay/fs.h>

#include "audit/budget.h"
#include "audit/nbd.h"
#include "scan/kept.h"
#include "scan/seen.h"

#define DEFAULT_MEMORY (UINT64_C(512) << 20)
#define TICK_MS 200          /* between two tellings of progress */
#define PREPARE_MS 180000    /* to compile the rules and lock down */
#define GRACE_MS 5000        /* over the policy's seconds, to write the report */
#define SILENCE_MS 300000    /* without any message */
#define MESSAGE_MS 10000     /* for one message to come whole */
#define SEND_SECONDS 30      /* for the worker to take one */
#define MESSAGES_BURST 1000  /* messages at any time, and */
#define MESSAGES_A_SECOND 50 /* so many more */
#define SPOOLS_MAX 20000
#define NBD_END_MS 500                  /* for one qemu-nbd to end */
#define SPOOL_ROOM (UINT64_C(64) << 20) /* bytes that must be free for another spool file */

static int start_worker(struct session *s, struct assay_error *err)
{
    const struct timeval patience = {.tv_sec = SEND_SECONDS};
    const char *argv[] = {s->job->worker, "--worker", NULL};
    /* TZ: no time zone file is looked for, and times in archives are read the same everywhere. */
    const char *env[] = {"TZ=UTC0", NULL};
    int pair[2], r;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return assay_error_set(err, errno, "cannot make a socket: %s", strerror(errno));
    const struct assay_process_fd fds[] = {{pair[1], MESSAGE_SOCKET},
#ifdef ASSAY_SANITIZE
                                           {STDERR_FILENO, STDERR_FILENO}
#endif
    };
    const struct assay_process_spec spec = {.argv = argv,
                                            .env = env,
                                            .fds = fds,
                                            .n_fds = sizeof(fds) / sizeof(*fds),
                                            .own_group = true,
                                            .die_with_us = true};
    setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    r = assay_process_start(&spec, &s->worker, err);
    close(pair[1]);
    s->socket = pair[0];
    return r;
}

/* The worker ended without a report: says how. */
static int say_end(struct session *s, struct assay_error *err)
{
    char how[128];
    int status;

    if (assay_process_wait(&s->worker, MESSAGE_MS, &status) <= 0)
        return assay_error_set(err, EPROTO, "it closed its socket and ran on");
    assay_process_describe(status, how, sizeof(how));
    return assay_error_set(err, EPIPE, "it ended with %s", how);
}

int session_open(struct session *s, const struct assay_audit_job *job, const char *today,
                 struct assay_error *err)
{
    const struct image_budget budget = audit_budget(job->policy);
    int r;

    *s = (struct session){
        .job = job,
        .socket = -1,
        .worker = ASSAY_PROCESS_NONE,
        .keep = CACHE_FILE_NONE,
        .seen = -1,
        .orders = {.policy = (json_t *)(uintptr_t)job->policy,
                   .name = job->name,
                   .today = today,
                   .memory = job->memory ? job->memory : DEFAULT_MEMORY,
                   .spool = budget.expanded,
                   .seconds = budget.seconds,
                   .allow_unsandboxed = job->allow_unsandboxed},
    };
    for (size_t i = 0; i < SESSION_NBD_MAX; i++)
        s->nbd[i] = ASSAY_PROCESS_NONE;
    memcpy(s->orders.key, job->fingerprint_key, sizeof(s->orders.key));
    s->heard = assay_clock_ms();
    s->deadline = s->heard + PREPARE_MS;
    r = start_worker(s, err);
    if (r == 0)
        r = message_send_job(s->socket, &s->orders, err);
    return r == -EPIPE || r == -ECONNRESET ? say_end(s, err) : r;
}

void session_close(struct session *s)
{
    assay_process_kill(&s->worker);
    for (size_t i = 0; i < SESSION_NBD_MAX; i++)
        assay_process_kill(&s->nbd[i]);
    if (s->socket >= 0)
        close(s->socket);
    if (s->seen >= 0)
        close(s->seen);
    cache_drop(&s->keep);
    json_decref(s->report);
    explicit_bzero(s->orders.key, sizeof(s->orders.key));
}

/* The number after `key` in /proc/PID/status, or -1. */
static long status_number(const char *status, const char *key)
{
    const char *line = strstr(status, key);

    return line ? strtol(line + strlen(key), NULL, 10) : -1;
}

/* Whether the kernel itself says that the worker is under a seccomp filter and cannot gain
 * privileges (proc(5)). */
static bool is_locked_down(pid_t pid)
{
    _cleanup_buf_ struct assay_buf status = ASSAY_BUF(65536);
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    if (assay_fs_read_file(path, &status, NULL) < 0)
        return false;
    return status_number(assay_buf_str(&status), "\nSeccomp:") == 2 &&
           status_number(assay_buf_str(&status), "\nNoNewPrivs:") == 1;
}

/* Whether the worker's memory is limited as it was told. */
static bool is_limited(const struct session *s)
{
    struct rlimit limit;

    return prlimit(s->worker.pid, RLIMIT_DATA, NULL, &limit) == 0 &&
           limit.rlim_max <= s->orders.memory;
}

static int on_ready(struct session *s, const struct message *message, struct assay_error *err)
{
    bool locked = is_locked_down(s->worker.pid);
    int r;

    if (s->handed)
        return assay_error_set(err, EPROTO, "it asked for the artifact twice");
    if (!locked && !s->job->allow_unsandboxed)
        return assay_error_set(err, EPERM,
                               "%s is not locked down, and is handed no artifact: the kernel shows "
                               "no seccomp filter in /proc/%d/status; allow it by name "
                               "(allow_unsandboxed) if this machine has none",
                               s->job->worker, (int)s->worker.pid);
    s->sandbox.seccomp = locked;
    /* Said before it has seen a foreign byte. */
    s->sandbox.landlock = message->sandbox.landlock;
    s->sandbox.rlimits = message->sandbox.rlimits && is_limited(s);
    /* Whole by now; what cannot be kept is made again next time. */
    cache_keep(s->job->cache_dir, &s->keep);
    r = message_grant(s->socket, s->job->fd, err);
    if (r == 0) {
        s->handed = true;
        s->began = assay_clock_ms();
        s->deadline = s->began + s->orders.seconds * 1000 + GRACE_MS;
    }
    return r;
}

static int make_spool(const struct session *s, int *ret, struct assay_error *err)
{
    const char *folder = s->job->spool_dir ? s->job->spool_dir : "/tmp";
    struct statvfs room;
    int fd;

    if (s->spools >= SPOOLS_MAX)
        return assay_error_set(err, EMFILE, "more than %d spool files", SPOOLS_MAX);
    if (statvfs(folder, &room) == 0 && room.f_bavail * room.f_frsize < SPOOL_ROOM)
        return assay_error_set(err, ENOSPC, "no room for a spool file");
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        _cleanup_free_ char *path = NULL;

        if (asprintf(&path, "%s/assay-spool-XXXXXX", folder) < 0) {
            path = NULL;
            return assay_error_set(err, ENOMEM, "out of memory");
        }
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        return assay_error_set(err, errno, "cannot make a spool file: %s", strerror(errno));
    *ret = fd;
    return 0;
}

/* A place for another qemu-nbd: one ends by itself when the worker closes its connection, which it
 * has done with a disk it is through with, but not at the very moment. NULL when all are in use. */
static struct assay_process *nbd_slot(struct session *s)
{
    struct pollfd ended[SESSION_NBD_MAX];

    for (size_t i = 0; i < SESSION_NBD_MAX; i++) {
        if (s->nbd[i].pid < 0)
            return &s->nbd[i];
        ended[i] = (struct pollfd){.fd = s->nbd[i].pidfd, .events = POLLIN};
    }
    if (poll(ended, SESSION_NBD_MAX, NBD_END_MS) <= 0)
        return NULL;
    for (size_t i = 0; i < SESSION_NBD_MAX; i++)
        if (ended[i].revents)
            assay_process_kill(&s->nbd[i]);
    return nbd_slot(s);
}

static int make_nbd(struct session *s, const struct message *message, int *ret,
                    struct assay_error *err)
{
    struct assay_process *slot;

    if (s->nbds >= SESSION_NBD_TOTAL)
        return assay_error_set(err, EMFILE, "more than %d virtual disks in one artifact",
                               SESSION_NBD_TOTAL);
    slot = nbd_slot(s);
    if (!slot)
        return assay_error_set(err, EMFILE, "more than %d virtual disks open at a time",
                               SESSION_NBD_MAX);
    s->nbds++;
    return nbd_start(s->job, message->disk, message->text, s->orders.seconds, slot, ret, err);
}

static int make_keep(struct session *s, const char *name, int *ret, struct assay_error *err)
{
    int fd, r = s->keep.fd < 0 ? cache_create(s->job->cache_dir, name, &s->keep) : -EBUSY;

    if (r < 0)
        return assay_error_set(err, r, "%s cannot be kept: %s", name, strerror(-r));
    fd = fcntl(s->keep.fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return assay_error_set(err, errno, "%s cannot be kept: %s", name, strerror(errno));
    *ret = fd;
    return 0;
}

/* The cache is for the time before the artifact: from then on the worker may be another's. */
static int on_cache_request(struct session *s, const struct message *message,
                            struct assay_error *err)
{
    _cleanup_close_ int fd = -1;
    struct assay_error why = {0};
    int r;

    if (s->handed)
        return assay_error_set(err, EPROTO, "it asked for the cache while it had the artifact");
    if (strncmp(message->text, SEEN_PREFIX, strlen(SEEN_PREFIX)) == 0)
        snprintf(s->seen_name, sizeof(s->seen_name), "%s", message->text);
    if (message->kind == MESSAGE_KEEP)
        r = make_keep(s, message->text, &fd, &why);
    else if ((r = cache_open(s->job->cache_dir, message->text, &fd)) < 0)
        assay_error_set(&why, r, "there is no %s", message->text);
    return r < 0 ? message_refuse(s->socket, &why, err) : message_grant(s->socket, fd, err);
}

/* A worker without a sandbox is not learnt from. */
static int make_seen(struct session *s, int *ret, struct assay_error *err)
{
    int r;

    if (!s->job->cache_dir || s->seen >= 0 || !s->seen_name[0] || !s->sandbox.seccomp)
        return assay_error_set(err, EINVAL, "nothing is kept of this audit");
    r = make_spool(s, &s->seen, err);
    if (r == 0 && (*ret = fcntl(s->seen, F_DUPFD_CLOEXEC, 0)) < 0)
        r = assay_error_set(err, errno, "cannot make a file: %s", strerror(errno));
    return r;
}

void session_keep_seen(struct session *s)
{
    struct cache_file file = CACHE_FILE_NONE;
    _cleanup_free_ uint8_t *tags = NULL;
    _cleanup_close_ int kept = -1;
    struct stat st;
    size_t len;

    if (s->seen < 0 || fstat(s->seen, &st) < 0 || st.st_size == 0)
        return;
    cache_open(s->job->cache_dir, s->seen_name, &kept);
    if (seen_merge(kept, s->seen, s->orders.key, s->seen_name, &tags, &len) < 0 ||
        cache_create(s->job->cache_dir, s->seen_name, &file) < 0)
        return;
    if (kept_write(file.fd, s->orders.key, s->seen_name, tags, len) == 0)
        cache_keep(s->job->cache_dir, &file);
    cache_drop(&file);
}

/* A request is answered, be it by a refusal: only a worker that cannot be talked to is an error. */
static int on_request(struct session *s, const struct message *message, struct assay_error *err)
{
    _cleanup_close_ int fd = -1;
    struct assay_error why = {0};
    int r;

    if (!s->handed)
        return assay_error_set(err, EPROTO, "it made a request before it had the artifact");
    if (message->kind == MESSAGE_SPOOL) {
        r = make_spool(s, &fd, &why);
        s->spools++;
    } else if (message->kind == MESSAGE_SEEN) {
        r = make_seen(s, &fd, &why);
    } else {
        r = make_nbd(s, message, &fd, &why);
    }
    return r < 0 ? message_refuse(s->socket, &why, err) : message_grant(s->socket, fd, err);
}

/* A terminal may show the path: what steers one is taken out. */
static void on_progress(struct session *s, const struct message *message)
{
    s->bytes = message->bytes;
    s->total = message->total;
    s->entries = message->entries;
    snprintf(s->path, sizeof(s->path), "%s", message->text);
    for (char *c = s->path; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

static int on_message(struct session *s, struct message *message, struct assay_error *err)
{
    uint64_t now = assay_clock_ms();

    s->heard = now;
    if (++s->messages > MESSAGES_BURST + SPOOLS_MAX + (now - s->began) / 1000 * MESSAGES_A_SECOND)
        return assay_error_set(err, EPROTO, "it sent more messages than it has cause to");
    switch (message->kind) {
    case MESSAGE_READY:
        return on_ready(s, message, err);
    case MESSAGE_PROGRESS:
        on_progress(s, message);
        return 0;
    case MESSAGE_KEPT:
    case MESSAGE_KEEP:
        return on_cache_request(s, message, err);
    case MESSAGE_SPOOL:
    case MESSAGE_NBD:
    case MESSAGE_SEEN:
        return on_request(s, message, err);
    case MESSAGE_REPORT:
        if (!s->handed)
            return assay_error_set(err, EPROTO, "it sent a report before it had the artifact");
        s->report = json_incref(message->report);
        return 1;
    case MESSAGE_FAILED:
        return assay_error_set(err, message->code, "%s", message->text);
    }
    return assay_error_set(err, EPROTO, "it sent a message that is not known");
}

static int read_one(struct session *s, struct assay_error *err)
{
    struct message message;
    enum message_kind kind;
    int r = message_read(s->socket, MESSAGE_MS, &message, err);

    if (r == 0 || r == -ECONNRESET)
        return say_end(s, err);
    if (r < 0)
        return r;
    kind = message.kind;
    r = on_message(s, &message, err);
    message_free(&message);
    /* A worker that crashed while it was being answered is told of by how it ended. */
    return r == -EPIPE && kind != MESSAGE_FAILED ? say_end(s, err) : r;
}

static int check_time(const struct session *s, struct assay_error *err)
{
    uint64_t now = assay_clock_ms();

    if (now >= s->deadline && !s->handed)
        return assay_error_set(err, ETIMEDOUT, "it was not ready after %d seconds",
                               PREPARE_MS / 1000);
    if (now >= s->deadline)
        return assay_error_set(err, ETIMEDOUT,
                               "it ran for longer than the %" PRIu64 " seconds that the policy's "
                               "budget allows",
                               s->orders.seconds);
    if (now - s->heard >= SILENCE_MS)
        return assay_error_set(err, ETIMEDOUT, "it said nothing for %d seconds", SILENCE_MS / 1000);
    return 0;
}

static int tell_progress(const struct session *s, struct assay_error *err)
{
    const struct assay_audit_job *job = s->job;

    if (job->progress && !job->progress(job->progress_ctx, s->bytes, s->total, s->entries, s->path))
        return assay_error_set(err, ECANCELED, "the audit was canceled");
    return 0;
}

int session_talk(struct session *s, struct assay_error *err)
{
    uint64_t told = 0;
    int r = 0;

    while (r == 0) {
        struct pollfd ready = {.fd = s->socket, .events = POLLIN};
        int n = poll(&ready, 1, TICK_MS);

        if (n < 0 && errno != EINTR)
            return assay_error_set(err, errno, "cannot wait for the worker: %s", strerror(errno));
        if (assay_clock_ms() - told >= TICK_MS) {
            told = assay_clock_ms();
            r = tell_progress(s, err);
        }
        if (r == 0)
            r = check_time(s, err);
        if (r == 0 && n > 0)
            r = read_one(s, err);
    }
    return r < 0 ? r : tell_progress(s, err);
}
