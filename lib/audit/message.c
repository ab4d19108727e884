#include "audit/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <assay/encode.h>
#include <assay/frame.h>
#include <assay/report.h>

#define SMALL_MAX 65536     /* bytes of an answer */
#define JOB_MAX (32u << 20) /* bytes of a job: its policy carries all rules */

/* Sends a message and drops it; `message` is NULL when memory ran out. */
static int send_and_drop(int fd, json_t *message, int pass_fd, struct assay_error *err)
{
    int r = message ? assay_frame_write(fd, message, pass_fd, err)
                    : assay_error_set(err, ENOMEM, "cannot send a message: out of memory");

    json_decref(message);
    return r;
}

static int bad(struct assay_error *err, const char *what)
{
    return assay_error_set(err, EPROTO, "a message %s", what);
}

/* A member that must be an integer from 0 to `max`. */
static int take_number(const json_t *object, const char *key, uint64_t max, uint64_t *ret)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > max)
        return -EPROTO;
    *ret = (uint64_t)json_integer_value(value);
    return 0;
}

int message_send_job(int fd, const struct message_job *job, struct assay_error *err)
{
    char key[2 * sizeof(job->key) + 1];
    json_t *message;
    int r;

    assay_hex_encode(job->key, sizeof(job->key), key);
    message = json_pack(
        "{s:{s:O, s:s, s:o, s:s, s:I, s:I, s:I, s:b}}", "job", "policy", job->policy, "key", key,
        "name", assay_json_foreign_string(job->name, strlen(job->name)), "today", job->today,
        "memory", (json_int_t)job->memory, "spool", (json_int_t)job->spool, "seconds",
        (json_int_t)job->seconds, "allow_unsandboxed", job->allow_unsandboxed);
    r = send_and_drop(fd, message, -1, err);
    explicit_bzero(key, sizeof(key));
    return r;
}

int message_read_job(int fd, struct message_job *ret, struct assay_error *err)
{
    _cleanup_json_ json_t *hold = NULL;
    struct message_job job = {0};
    const json_t *object;
    const char *key;
    int r = assay_frame_read(fd, JOB_MAX, -1, &hold, NULL, err);

    if (r <= 0)
        return r < 0 ? r : assay_error_set(err, EPIPE, "no job came");
    object = json_object_get(hold, "job");
    job.policy = json_object_get(object, "policy");
    job.name = assay_json_string(object, "name", NULL);
    job.today = assay_json_string(object, "today", NULL);
    job.allow_unsandboxed = assay_json_bool(object, "allow_unsandboxed", false);
    key = assay_json_string(object, "key", "");
    if (!json_is_object(job.policy) || !job.name || !job.today ||
        assay_hex_decode(key, job.key, sizeof(job.key)) < 0 ||
        take_number(object, "memory", INT64_MAX, &job.memory) < 0 ||
        take_number(object, "spool", INT64_MAX, &job.spool) < 0 ||
        take_number(object, "seconds", INT32_MAX, &job.seconds) < 0)
        return bad(err, "is not a job");
    job.hold = ASSAY_TAKE(hold);
    *ret = job;
    return 0;
}

void message_job_free(struct message_job *job)
{
    json_decref(job->hold);
    explicit_bzero(job->key, sizeof(job->key));
    job->hold = NULL;
}

int message_send_ready(int fd, const struct message_sandbox *sandbox, struct assay_error *err)
{
    return send_and_drop(fd,
                         json_pack("{s:{s:b, s:i, s:b}}", "ready", "seccomp", sandbox->seccomp,
                                   "landlock", sandbox->landlock, "rlimits", sandbox->rlimits),
                         -1, err);
}

static int read_ready(const json_t *body, struct message *ret)
{
    uint64_t landlock;

    if (take_number(body, "landlock", 1000, &landlock) < 0)
        return -EPROTO;
    ret->sandbox.seccomp = assay_json_bool(body, "seccomp", false);
    ret->sandbox.rlimits = assay_json_bool(body, "rlimits", false);
    ret->sandbox.landlock = (int)landlock;
    return 0;
}

int message_send_progress(int fd, uint64_t bytes, uint64_t total, uint64_t entries,
                          const char *path, struct assay_error *err)
{
    return send_and_drop(fd,
                         json_pack("{s:{s:I, s:I, s:I, s:o}}", "progress", "bytes",
                                   (json_int_t)bytes, "total", (json_int_t)total, "entries",
                                   (json_int_t)entries, "path",
                                   assay_json_foreign_string(path, strlen(path))),
                         -1, err);
}

static int read_progress(const json_t *body, struct message *ret)
{
    ret->text = assay_json_string(body, "path", NULL);
    if (!ret->text || take_number(body, "bytes", INT64_MAX, &ret->bytes) < 0 ||
        take_number(body, "total", INT64_MAX, &ret->total) < 0 ||
        take_number(body, "entries", INT64_MAX, &ret->entries) < 0)
        return -EPROTO;
    return 0;
}

int message_send_report(int fd, const json_t *report, struct assay_error *err)
{
    return send_and_drop(fd, json_pack("{s:O}", "report", report), -1, err);
}

static int read_report(json_t *body, struct message *ret)
{
    ret->report = body;
    return json_is_object(body) ? 0 : -EPROTO;
}

static json_t *failure_json(const char *key, const struct assay_error *failure)
{
    return json_pack("{s:{s:i, s:s}}", key, "code", failure->code, "text", failure->text);
}

static int read_failure(const json_t *body, const char **ret_text, int *ret_code)
{
    uint64_t code;

    *ret_text = assay_json_string(body, "text", NULL);
    if (!*ret_text || take_number(body, "code", 4095, &code) < 0 || code == 0)
        return -EPROTO;
    *ret_code = (int)code;
    return 0;
}

int message_send_failed(int fd, const struct assay_error *failure, struct assay_error *err)
{
    return send_and_drop(fd, failure_json("failed", failure), -1, err);
}

/* The worker's requests, and what each names. */
static const struct {
    const char *request;
    enum message_kind kind;
    const char *what;
} requests[] = {
    {"kept", MESSAGE_KEPT, "name"}, {"keep", MESSAGE_KEEP, "name"}, {"spool", MESSAGE_SPOOL, NULL},
    {"nbd", MESSAGE_NBD, "format"}, {"seen", MESSAGE_SEEN, NULL},
};

static int read_request(const json_t *message, struct message *ret)
{
    const char *request = assay_json_string(message, "request", "");

    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        if (strcmp(request, requests[i].request) != 0)
            continue;
        ret->kind = requests[i].kind;
        ret->text = requests[i].what ? assay_json_string(message, requests[i].what, NULL) : "";
        return ret->text && (ret->kind != MESSAGE_NBD || ret->disk >= 0) ? 0 : -EPROTO;
    }
    return -EPROTO;
}

int message_read(int fd, int timeout_ms, struct message *ret, struct assay_error *err)
{
    _cleanup_json_ json_t *json = NULL;
    _cleanup_close_ int disk = -1;
    struct message message = {.disk = -1};
    json_t *body;
    int r = assay_frame_read(fd, ASSAY_REPORT_MAX, timeout_ms, &json, &disk, err);

    if (r <= 0)
        return r;
    message.disk = disk;
    if ((body = json_object_get(json, "progress"))) {
        message.kind = MESSAGE_PROGRESS;
        r = read_progress(body, &message);
    } else if (json_object_get(json, "request")) {
        r = read_request(json, &message);
    } else if ((body = json_object_get(json, "ready"))) {
        message.kind = MESSAGE_READY;
        r = read_ready(body, &message);
    } else if ((body = json_object_get(json, "report"))) {
        message.kind = MESSAGE_REPORT;
        r = read_report(body, &message);
    } else {
        message.kind = MESSAGE_FAILED;
        r = read_failure(json_object_get(json, "failed"), &message.text, &message.code);
    }
    if (r < 0)
        return bad(err, "is none that is known");
    message.json = ASSAY_TAKE(json);
    assay_take_fd(&disk);
    *ret = message;
    return 1;
}

void message_free(struct message *message)
{
    json_decref(message->json);
    if (message->disk >= 0)
        close(message->disk);
    *message = (struct message){.disk = -1};
}

static int ask(int fd, json_t *request, int pass_fd, int *ret, struct assay_error *err)
{
    int r = send_and_drop(fd, request, pass_fd, err);

    return r < 0 ? r : message_read_grant(fd, ret, err);
}

int message_ask_spool(int fd, int *ret, struct assay_error *err)
{
    return ask(fd, json_pack("{s:s}", "request", "spool"), -1, ret, err);
}

int message_ask_seen(int fd, int *ret, struct assay_error *err)
{
    return ask(fd, json_pack("{s:s}", "request", "seen"), -1, ret, err);
}

int message_ask_nbd(int fd, int disk, const char *format, int *ret, struct assay_error *err)
{
    return ask(fd, json_pack("{s:s, s:s}", "request", "nbd", "format", format), disk, ret, err);
}

int message_ask_kept(int fd, const char *name, int *ret, struct assay_error *err)
{
    return ask(fd, json_pack("{s:s, s:s}", "request", "kept", "name", name), -1, ret, err);
}

int message_ask_keep(int fd, const char *name, int *ret, struct assay_error *err)
{
    return ask(fd, json_pack("{s:s, s:s}", "request", "keep", "name", name), -1, ret, err);
}

int message_grant(int fd, int pass_fd, struct assay_error *err)
{
    return send_and_drop(fd, json_pack("{s:b}", "ok", true), pass_fd, err);
}

int message_refuse(int fd, const struct assay_error *why, struct assay_error *err)
{
    return send_and_drop(fd, failure_json("error", why), -1, err);
}

int message_read_grant(int fd, int *ret, struct assay_error *err)
{
    _cleanup_json_ json_t *json = NULL;
    _cleanup_close_ int received = -1;
    const char *text;
    int code, r = assay_frame_read(fd, SMALL_MAX, -1, &json, &received, err);

    if (r <= 0)
        return r < 0 ? r : assay_error_set(err, EPIPE, "the other side is gone");
    if (json_object_get(json, "error")) {
        if (read_failure(json_object_get(json, "error"), &text, &code) < 0)
            return bad(err, "is no answer");
        return assay_error_set(err, code, "%s", text);
    }
    if (!assay_json_bool(json, "ok", false) || received < 0)
        return bad(err, "is no answer");
    *ret = assay_take_fd(&received);
    return 0;
}
