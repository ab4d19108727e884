/* Streams of a build's events. */
#include "http_fixture.h"

#include "http/waiters.h"
#include "suite.h"

static void cancel(int64_t id)
{
    struct assay_error err = {0};

    ck_assert_int_eq(store_build_cancel(f.app.store, id, &err), 0);
}

/* Opens a stream; `seen` is the Last-Event-ID, 0: none. */
static int follow(int64_t id, int64_t seen)
{
    int fd = client_connect();

    client_send(fd,
                "GET /api/v1/builds/%lld/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                "Authorization: Bearer %s\r\n",
                (long long)id, f.tokens[ROLE_READ]);
    if (seen)
        client_send(fd, "Last-Event-ID: %lld\r\n", (long long)seen);
    client_send(fd, "\r\n");
    return fd;
}

/* Reads what the server has sent until `text` is in it. */
static void until_sent(int fd, const char *text)
{
    _cleanup_buf_ struct assay_buf seen = ASSAY_BUF(REPLY_MAX);
    char part[4096];

    while (!strstr(assay_buf_str(&seen), text)) {
        ssize_t n = recv(fd, part, sizeof(part), 0);

        ck_assert_msg(n > 0, "\"%s\" was not sent", text);
        ck_assert_int_eq(assay_buf_append(&seen, part, (size_t)n), 0);
    }
}

static int events_in(const struct reply *reply)
{
    int n = 0;

    for (const char *at = (const char *)reply->content; (at = strstr(at, "event: build\nid: "));
         at++)
        n++;
    return n;
}

START_TEST(it_tells_what_is_and_what_comes_and_ends_with_the_build)
{
    int64_t id = queue_build();
    int fd = follow(id, 0);
    char rest[256];
    struct assay_error err = {0};
    struct build build;

    until_sent(fd, "\"state\":\"queued\"");
    ck_assert_int_eq(store_build_claim(f.app.store, &build, &err), 1);
    ck_assert_int_eq(store_build_advance(f.app.store, &build, BUILD_BUILDING, &err), 0);
    until_sent(fd, "\"state\":\"building\"");
    store_build_progress(f.app.store, id, "half way", 5, 10, 0);
    until_sent(fd, "\"text\":\"half way\"");
    ck_assert_int_eq(store_build_fail(f.app.store, &build, "build", "it broke\nin two", &err), 0);
    until_sent(fd, "\"state\":\"failed\"");
    while (recv(fd, rest, sizeof(rest), 0) > 0) /* it comes to an end */
        continue;
    close(fd);
    until_metric("assay_event_streams", 0);
}
END_TEST

START_TEST(who_has_the_state_hears_of_changes_only)
{
    int64_t id = queue_build(), last;
    int fd = follow(id, revision_of(id));
    _cleanup_reply_ struct reply reply = {0}, none = {0}, head = {0};

    until_metric("assay_event_streams", 1);
    cancel(id);
    reply = client_finish(fd);
    ck_assert_int_eq(reply.status, 200);
    ck_assert(has_header(&reply, "Content-Type: text/event-stream"));
    ck_assert(has_header(&reply, "Cache-Control: no-store"));
    ck_assert_int_eq(events_in(&reply), 1);
    ck_assert_ptr_nonnull(strstr((const char *)reply.content, "\"state\":\"canceled\""));
    last = revision_of(id);
    none = client_finish(follow(id, last));
    ck_assert_int_eq(none.status, 204); /* the standard's "do not connect again" */
    head = ask(ROLE_READ, "HEAD", "/api/v1/builds/1/events", "", NULL);
    ck_assert_int_eq(head.status, 200);
    ck_assert_uint_eq(head.content_len, 0);
    until_metric("assay_event_streams", 0);
}
END_TEST

START_TEST(a_build_that_is_not_known_and_a_caller_that_is_not_are_refused)
{
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/7/events", NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/x/events", NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", "/api/v1/builds/1/events", NULL), 401);
    ck_assert_int_eq(ask_status(ROLE_READ, "POST", "/api/v1/builds/1/events", ""), 405);
    until_metric("assay_event_streams", 0);
}
END_TEST

START_TEST(a_client_that_left_is_forgotten)
{
    int64_t id = queue_build();
    int gone = follow(id, 0), reset = follow(id, 0);
    struct linger at_once = {.l_onoff = 1};

    until_sent(gone, "queued");
    until_sent(reset, "queued");
    until_metric("assay_event_streams", 2);
    close(gone);
    until_metric("assay_event_streams", 1);
    ck_assert_int_eq(setsockopt(reset, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(reset);
    until_metric("assay_event_streams", 0);
}
END_TEST

START_TEST(there_is_a_cap_and_others_are_served_meanwhile)
{
    int64_t id = queue_build();
    _cleanup_reply_ struct reply refused = {0};
    int fds[WAITERS_STREAMS_MAX];

    for (int i = 0; i < WAITERS_STREAMS_MAX; i++) {
        fds[i] = follow(id, 0);
        until_sent(fds[i], "queued");
    }
    refused = client_finish(follow(id, 0));
    ck_assert_int_eq(refused.status, 503);
    ck_assert(has_header(&refused, "Retry-After: 5"));
    ck_assert(has_header(&refused, "Content-Type: application/problem+json"));
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/1?wait=1", NULL), 200);
    cancel(id);
    for (int i = 0; i < WAITERS_STREAMS_MAX; i++) {
        until_sent(fds[i], "canceled");
        close(fds[i]);
    }
    until_metric("assay_event_streams", 0);
}
END_TEST

START_TEST(stopping_ends_the_streams)
{
    int64_t id = queue_build();
    int fds[8];

    for (int i = 0; i < 8; i++) {
        fds[i] = follow(id, 0);
        until_sent(fds[i], "queued");
    }
    f.http = http_stop(f.http);
    for (int i = 0; i < 8; i++) {
        _cleanup_buf_ struct assay_buf rest = ASSAY_BUF(REPLY_MAX);
        char part[256];
        ssize_t n;

        while ((n = recv(fds[i], part, sizeof(part), 0)) > 0)
            ck_assert_int_eq(assay_buf_append(&rest, part, (size_t)n), 0);
        ck_assert_int_eq(n, 0);
        ck_assert_str_eq(assay_buf_str(&rest), "0\r\n\r\n"); /* the end of the content, in order */
        close(fds[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {it_tells_what_is_and_what_comes_and_ends_with_the_build,
                                  who_has_the_state_hears_of_changes_only,
                                  a_build_that_is_not_known_and_a_caller_that_is_not_are_refused,
                                  a_client_that_left_is_forgotten,
                                  there_is_a_cap_and_others_are_served_meanwhile,
                                  stopping_ends_the_streams,
                                  NULL};

    return suite_run("http_events", tests, fixture_start, fixture_stop);
}
