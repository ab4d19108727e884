/* The messages between coordinator and worker: what is written is read, and nothing else is. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <assay/frame.h>

#include "audit/message.h"
#include "suite.h"

static int ends[2];
static struct assay_error err;

static void open_pair(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_pair(void)
{
    close(ends[0]);
    close(ends[1]);
}

START_TEST(a_job_arrives_as_it_was_sent)
{
    struct message_job got, job = {
                                .policy = json_pack("{s:[]}", "rules"),
                                .key = {1, 2, 255},
                                .name = "a\xff.wsl",
                                .today = "2026-11-21",
                                .memory = 1ull << 40,
                                .spool = 7,
                                .seconds = 7200,
                                .allow_unsandboxed = true,
                            };

    ck_assert_int_eq(message_send_job(ends[0], &job, &err), 0);
    ck_assert_int_eq(message_read_job(ends[1], &got, &err), 0);
    ck_assert(json_equal(got.policy, job.policy));
    ck_assert_mem_eq(got.key, job.key, sizeof(job.key));
    ck_assert_str_eq(got.name, "a\xef\xbf\xbd.wsl");
    ck_assert_str_eq(got.today, job.today);
    ck_assert(got.memory == job.memory && got.spool == 7 && got.seconds == 7200);
    ck_assert(got.allow_unsandboxed);
    message_job_free(&got);
    json_decref(job.policy);
}
END_TEST

START_TEST(what_the_worker_says_is_understood)
{
    const struct message_sandbox sandbox = {.seccomp = true, .landlock = 5, .rlimits = true};
    const struct assay_error failure = {.code = ENOMEM, .text = "no memory"};
    json_t *report = json_pack("{s:i}", "a", 1);
    struct message message;

    ck_assert_int_eq(message_send_ready(ends[0], &sandbox, &err), 0);
    ck_assert_int_eq(message_read(ends[1], 1000, &message, &err), 1);
    ck_assert(message.kind == MESSAGE_READY && message.sandbox.landlock == 5);
    message_free(&message);
    ck_assert_int_eq(message_send_progress(ends[0], 1, 2, 3, "p", &err), 0);
    ck_assert_int_eq(message_read(ends[1], 1000, &message, &err), 1);
    ck_assert(message.kind == MESSAGE_PROGRESS && message.total == 2 && message.entries == 3);
    ck_assert_str_eq(message.text, "p");
    message_free(&message);
    ck_assert_int_eq(message_send_report(ends[0], report, &err), 0);
    ck_assert_int_eq(message_read(ends[1], 1000, &message, &err), 1);
    ck_assert(message.kind == MESSAGE_REPORT && json_equal(message.report, report));
    message_free(&message);
    ck_assert_int_eq(message_send_failed(ends[0], &failure, &err), 0);
    ck_assert_int_eq(message_read(ends[1], 1000, &message, &err), 1);
    ck_assert(message.kind == MESSAGE_FAILED && message.code == ENOMEM);
    ck_assert_str_eq(message.text, "no memory");
    message_free(&message);
    json_decref(report);
}
END_TEST

START_TEST(a_request_brings_a_descriptor_or_the_reason)
{
    const struct assay_error why = {.code = ENOSPC, .text = "no room"};
    struct message message;
    int fd = -1;

    ck_assert_int_eq(message_grant(ends[1], ends[1], &err), 0);
    ck_assert_int_eq(message_ask_spool(ends[0], &fd, &err), 0);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(message_refuse(ends[1], &why, &err), 0);
    ck_assert_int_eq(message_ask_nbd(ends[0], ends[0], "qcow2", &fd, &err), -ENOSPC);
    ck_assert_str_eq(err.text, "no room");
    ck_assert_int_eq(message_read(ends[1], 1000, &message, &err), 1);
    ck_assert(message.kind == MESSAGE_SPOOL && message.disk < 0);
    message_free(&message);
    ck_assert_int_eq(message_read(ends[1], 1000, &message, &err), 1);
    ck_assert(message.kind == MESSAGE_NBD && message.disk >= 0);
    ck_assert_str_eq(message.text, "qcow2");
    message_free(&message);
    /* A yes without the descriptor is none. */
    ck_assert_int_eq(message_grant(ends[1], -1, &err), 0);
    ck_assert_int_eq(message_read_grant(ends[0], &fd, &err), -EPROTO);
}
END_TEST

START_TEST(what_is_no_message_is_refused)
{
    static const char *const texts[] = {
        "{}",
        "{\"ready\": true}",
        "{\"ready\": {\"landlock\": -1}}",
        "{\"progress\": {\"bytes\": \"1\", \"total\": 1, \"entries\": 1, \"path\": \"\"}}",
        "{\"progress\": {\"bytes\": 1, \"total\": 1, \"entries\": 1}}",
        "{\"request\": \"socket\"}",
        "{\"request\": \"nbd\"}",
        "{\"request\": \"nbd\", \"format\": \"qcow2\"}", /* no disk with it */
        "{\"report\": []}",
        "{\"failed\": {\"code\": 0, \"text\": \"nothing\"}}",
        "{\"failed\": {\"code\": 5}}",
    };
    struct message message;

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        _cleanup_json_ json_t *json = json_loads(texts[i], 0, NULL);

        ck_assert_int_eq(assay_frame_write(ends[0], json, -1, &err), 0);
        ck_assert_msg(message_read(ends[1], 1000, &message, &err) == -EPROTO, "%s", texts[i]);
    }
}
END_TEST

START_TEST(what_is_no_job_is_refused)
{
    static const char *const texts[] = {
        "{}",
        "{\"job\": {\"policy\": {}, \"key\": \"00\", \"name\": \"a\", \"today\": \"\","
        " \"memory\": 1, \"spool\": 1, \"seconds\": 1}}",
    };
    struct message_job job;

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        _cleanup_json_ json_t *json = json_loads(texts[i], 0, NULL);

        ck_assert_int_eq(assay_frame_write(ends[0], json, -1, &err), 0);
        ck_assert_int_eq(message_read_job(ends[1], &job, &err), -EPROTO);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_job_arrives_as_it_was_sent,
                                  what_the_worker_says_is_understood,
                                  a_request_brings_a_descriptor_or_the_reason,
                                  what_is_no_message_is_refused,
                                  what_is_no_job_is_refused,
                                  NULL};

    return suite_run("audit_message", tests, open_pair, close_pair);
}
