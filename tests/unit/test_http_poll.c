/* Long polls. */
#include "http_fixture.h"

#include "http/waiters.h"
#include "suite.h"

/* Sends a long poll and leaves it. */
static int start_poll(int64_t id, int wait, int64_t revision)
{
    int fd = client_connect();

    client_send(fd,
                "GET /api/v1/builds/%lld?wait=%d&revision=%lld HTTP/1.1\r\nHost: x\r\n"
                "Connection: close\r\nAuthorization: Bearer %s\r\n\r\n",
                (long long)id, wait, (long long)revision, f.tokens[ROLE_READ]);
    return fd;
}

static const char *state_of(const struct reply *reply, json_t **ret)
{
    ck_assert_int_eq(reply->status, 200);
    *ret = reply_value(reply);
    return assay_json_string(*ret, "state", "");
}

START_TEST(a_change_answers_those_who_wait)
{
    int64_t id = queue_build(), other = queue_build();
    int fd = start_poll(id, 60, revision_of(id)), left = start_poll(other, 60, revision_of(other));
    _cleanup_reply_ struct reply reply = {0}, last = {0};
    _cleanup_json_ json_t *json = NULL, *rest = NULL;
    struct assay_error err = {0};

    until_metric("assay_long_polls", 2);
    ck_assert_int_eq(store_build_cancel(f.app.store, id, &err), 0);
    reply = client_finish(fd);
    ck_assert_str_eq(state_of(&reply, &json), "canceled");
    until_metric("assay_long_polls", 1); /* another build's change is none of theirs */
    ck_assert_int_eq(store_build_cancel(f.app.store, other, &err), 0);
    last = client_finish(left);
    ck_assert_str_eq(state_of(&last, &rest), "canceled");
}
END_TEST

START_TEST(progress_answers_those_who_wait)
{
    int64_t id = queue_build();
    _cleanup_reply_ struct reply reply = {0};
    _cleanup_json_ json_t *json = NULL;
    struct assay_error err = {0};
    struct build build;
    int64_t before;
    int fd;

    ck_assert_int_eq(store_build_claim(f.app.store, &build, &err), 1);
    ck_assert_int_eq(store_build_advance(f.app.store, &build, BUILD_BUILDING, &err), 0);
    before = revision_of(id);
    fd = start_poll(id, 60, before);
    until_metric("assay_long_polls", 1);
    store_build_progress(f.app.store, id, "half way", 5, 10, 0);
    reply = client_finish(fd);
    ck_assert_str_eq(state_of(&reply, &json), "building");
    ck_assert_int_gt(assay_json_int(json, "revision", 0), before);
    ck_assert_str_eq(assay_json_string(json_object_get(json, "progress"), "text", ""), "half way");
}
END_TEST

START_TEST(nobody_waits_for_what_has_happened)
{
    int64_t id = queue_build();
    _cleanup_reply_ struct reply newer = client_finish(start_poll(id, 60, revision_of(id) - 1));
    _cleanup_reply_ struct reply final = {0}, none = {0};
    struct assay_error err = {0};

    ck_assert_int_eq(newer.status, 200);
    ck_assert_int_eq(store_build_cancel(f.app.store, id, &err), 0);
    final = client_finish(start_poll(id, 60, revision_of(id)));
    ck_assert_int_eq(final.status, 200);
    none = client_finish(start_poll(id + 1, 60, 0));
    ck_assert_int_eq(none.status, 404);
    until_metric("assay_long_polls", 0);
}
END_TEST

START_TEST(waiting_ends_when_its_time_is_up)
{
    int64_t id = queue_build();
    _cleanup_reply_ struct reply reply = client_finish(start_poll(id, 1, revision_of(id)));
    _cleanup_json_ json_t *json = NULL;

    ck_assert_str_eq(state_of(&reply, &json), "queued");
    until_metric("assay_long_polls", 0);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/1?wait=61", NULL), 400);
}
END_TEST

START_TEST(a_client_that_left_waits_no_longer)
{
    int64_t id = queue_build();
    int gone = start_poll(id, 60, revision_of(id)), reset = start_poll(id, 60, revision_of(id));
    struct linger at_once = {.l_onoff = 1};

    until_metric("assay_long_polls", 2);
    close(gone);
    until_metric("assay_long_polls", 1);
    ck_assert_int_eq(setsockopt(reset, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(reset);
    until_metric("assay_long_polls", 0);
}
END_TEST

START_TEST(there_is_a_cap_on_those_who_wait)
{
    int64_t id = queue_build();
    _cleanup_reply_ struct reply refused = {0};
    struct assay_error err = {0};
    int fds[WAITERS_MAX];

    for (int i = 0; i < WAITERS_MAX; i++)
        fds[i] = start_poll(id, 60, revision_of(id));
    until_metric("assay_long_polls", WAITERS_MAX);
    refused = client_finish(start_poll(id, 60, revision_of(id)));
    ck_assert_int_eq(refused.status, 503);
    ck_assert(has_header(&refused, "Retry-After: 5"));
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/1", NULL), 200);
    ck_assert_int_eq(store_build_cancel(f.app.store, id, &err), 0);
    for (int i = 0; i < WAITERS_MAX; i++) {
        _cleanup_reply_ struct reply reply = client_finish(fds[i]);

        ck_assert_int_eq(reply.status, 200);
    }
}
END_TEST

START_TEST(stopping_answers_those_who_wait)
{
    int64_t id = queue_build();
    int fds[8];

    for (int i = 0; i < 8; i++)
        fds[i] = start_poll(id, 60, revision_of(id));
    until_metric("assay_long_polls", 8);
    f.http = http_stop(f.http);
    for (int i = 0; i < 8; i++) {
        _cleanup_reply_ struct reply reply = client_finish(fds[i]);

        ck_assert_int_eq(reply.status, 200);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_change_answers_those_who_wait,    progress_answers_those_who_wait,
        nobody_waits_for_what_has_happened, waiting_ends_when_its_time_is_up,
        a_client_that_left_waits_no_longer, there_is_a_cap_on_those_who_wait,
        stopping_answers_those_who_wait,    NULL};

    return suite_run("http_poll", tests, fixture_start, fixture_stop);
}
