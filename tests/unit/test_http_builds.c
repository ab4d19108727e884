/* The HTTP API: builds, logs, reports, tokens, metrics. */
#include "http_fixture.h"
#include "suite.h"

/* Queues a build and gives its id. */
static int64_t create(enum role role, const char *headers, const char *body)
{
    _cleanup_reply_ struct reply reply = ask(role, "POST", "/api/v1/builds", headers, body);
    _cleanup_json_ json_t *json = NULL;
    char location[64];

    ck_assert_int_eq(reply.status, 202);
    json = reply_value(&reply);
    snprintf(location, sizeof(location), "Location: /api/v1/builds/%d",
             (int)assay_json_int(json, "id", 0));
    ck_assert(has_header(&reply, location));
    return assay_json_int(json, "id", 0);
}

START_TEST(builds_are_queued_listed_and_shown)
{
    int64_t first = create(ROLE_TRIGGER, "", "{\"target\": \"minimal\"}");
    int64_t second = create(ROLE_TRIGGER, "", "{\"target\": \"dev-raw\"}");
    _cleanup_reply_ struct reply list =
        ask(ROLE_READ, "GET", "/api/v1/builds?target=minimal&state=queued&limit=5", "", NULL);
    _cleanup_reply_ struct reply all = ask(ROLE_READ, "GET", "/api/v1/builds", "", NULL);
    _cleanup_reply_ struct reply targets =
        ask(ROLE_READ, "GET", "/api/v1/targets/dev-raw", "", NULL);
    _cleanup_json_ json_t *few = reply_value(&list), *both = reply_value(&all),
                          *target = reply_value(&targets);

    ck_assert_uint_eq(json_array_size(few), 1);
    ck_assert_int_eq(assay_json_int(json_array_get(few, 0), "id", 0), first);
    ck_assert_str_eq(assay_json_string(json_array_get(few, 0), "requested_by", ""), "trigger");
    ck_assert_uint_eq(json_array_size(both), 2);
    ck_assert_int_eq(assay_json_int(json_array_get(both, 0), "id", 0), second);
    ck_assert_str_eq(assay_json_string(target, "kind", ""), "image");
    ck_assert_int_eq(assay_json_int(json_object_get(target, "build"), "id", 0), second);
}
END_TEST

START_TEST(an_unknown_target_is_told_with_the_known_ones)
{
    _cleanup_reply_ struct reply post =
        ask(ROLE_TRIGGER, "POST", "/api/v1/builds", "", "{\"target\": \"minimla\"}");
    _cleanup_reply_ struct reply get = ask(ROLE_READ, "GET", "/api/v1/targets/minimla", "", NULL);

    ck_assert_int_eq(post.status, 404);
    ck_assert_ptr_nonnull(strstr((const char *)post.content, "minimal, dev-raw"));
    ck_assert_int_eq(get.status, 404);
    ck_assert_ptr_nonnull(strstr((const char *)get.content, "minimal, dev-raw"));
}
END_TEST

START_TEST(an_idempotency_key_queues_once)
{
    static const char key[] = "Idempotency-Key: night-1\r\n";
    int64_t first = create(ROLE_TRIGGER, key, "{\"target\": \"minimal\"}");
    _cleanup_reply_ struct reply other =
        ask(ROLE_TRIGGER, "POST", "/api/v1/builds", key, "{\"target\": \"dev-raw\"}");

    ck_assert_int_eq(create(ROLE_TRIGGER, key, "{\"target\": \"minimal\"}"), first);
    ck_assert_int_eq(other.status, 422);
    /* Another caller's key is another key. */
    ck_assert_int_ne(create(ROLE_ADMIN, key, "{\"target\": \"minimal\"}"), first);
}
END_TEST

START_TEST(a_bypass_needs_somebody_who_may_approve)
{
    static const char body[] = "{\"target\": \"minimal\", \"bypass\": \"to try it\"}";
    _cleanup_reply_ struct reply refused = ask(ROLE_TRIGGER, "POST", "/api/v1/builds", "", body);
    struct assay_error err = {0};
    struct build build;

    ck_assert_int_eq(refused.status, 403);
    ck_assert_int_eq(store_build_get(f.app.store, create(ROLE_APPROVE, "", body), &build, &err), 0);
    ck_assert_str_eq(build.bypass, "to try it");
    ck_assert_str_eq(build.requested_by, "approve");
}
END_TEST

START_TEST(builds_are_canceled_and_tried_again)
{
    int64_t id = create(ROLE_TRIGGER, "", "{\"target\": \"minimal\"}");

    ck_assert_int_eq(id, 1);
    ck_assert_int_eq(ask_status(ROLE_TRIGGER, "POST", "/api/v1/builds/1/retry", NULL), 409);
    ck_assert_int_eq(ask_status(ROLE_TRIGGER, "POST", "/api/v1/builds/1/cancel", NULL), 200);
    ck_assert_int_eq(ask_status(ROLE_TRIGGER, "POST", "/api/v1/builds/1/cancel", NULL), 409);
    ck_assert_int_eq(ask_status(ROLE_TRIGGER, "POST", "/api/v1/builds/1/retry", ""), 202);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/2", NULL), 200);
    ck_assert_int_eq(ask_status(ROLE_TRIGGER, "POST", "/api/v1/builds/3/cancel", NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_TRIGGER, "POST", "/api/v1/builds/3/retry", NULL), 404);
}
END_TEST

START_TEST(a_token_is_shown_once_and_can_be_revoked)
{
    _cleanup_reply_ struct reply made =
        ask(ROLE_ADMIN, "POST", "/api/v1/tokens", "", "{\"name\": \"ci\", \"role\": \"trigger\"}");
    _cleanup_json_ json_t *json = reply_value(&made);
    const char *token = assay_json_string(json, "token", "");
    _cleanup_reply_ struct reply list = {0}, before = {0}, after = {0};
    char header[128];

    ck_assert_int_eq(made.status, 201);
    ck_assert_int_eq(strncmp(token, "assay_", 6), 0);
    list = ask(ROLE_ADMIN, "GET", "/api/v1/tokens", "", NULL);
    ck_assert_ptr_nonnull(strstr((const char *)list.content, "\"ci\""));
    ck_assert_ptr_null(strstr((const char *)list.content, token));
    snprintf(header, sizeof(header), "Authorization: bearer %s\r\n", token);
    before = ask(ROLE_NONE, "GET", "/api/v1/builds", header, NULL);
    ck_assert_int_eq(before.status, 200);
    ck_assert_int_eq(
        ask_status(ROLE_ADMIN, "POST", "/api/v1/tokens", "{\"name\":\"ci\",\"role\":\"read\"}"),
        409);
    ck_assert_int_eq(
        ask_status(ROLE_ADMIN, "POST", "/api/v1/tokens", "{\"name\":\"x\",\"role\":\"king\"}"),
        422);
    ck_assert_int_eq(ask_status(ROLE_ADMIN, "DELETE", "/api/v1/tokens/ci", NULL), 204);
    ck_assert_int_eq(ask_status(ROLE_ADMIN, "DELETE", "/api/v1/tokens/ci", NULL), 404);
    after = ask(ROLE_NONE, "GET", "/api/v1/builds", header, NULL);
    ck_assert_int_eq(after.status, 401);
}
END_TEST

START_TEST(a_log_is_followed_by_its_offset)
{
    char path[256];
    FILE *log;

    create(ROLE_TRIGGER, "", "{\"target\": \"minimal\"}");
    {
        _cleanup_reply_ struct reply early =
            ask(ROLE_READ, "GET", "/api/v1/builds/1/log", "", NULL);

        ck_assert_int_eq(early.status, 200);
        ck_assert_uint_eq(early.content_len, 0);
    }
    app_log_path(&f.app, 1, 1, path, sizeof(path));
    log = fopen(path, "w");
    fputs("one\n", log);
    fflush(log);
    {
        _cleanup_reply_ struct reply whole =
            ask(ROLE_READ, "GET", "/api/v1/builds/1/log", "", NULL);
        _cleanup_reply_ struct reply nothing_new =
            ask(ROLE_READ, "GET", "/api/v1/builds/1/log", "Range: bytes=4-\r\n", NULL);

        ck_assert_str_eq((const char *)whole.content, "one\n");
        ck_assert(has_header(&whole, "Content-Type: text/plain; charset=utf-8"));
        ck_assert_int_eq(nothing_new.status, 416);
        ck_assert(has_header(&nothing_new, "Content-Range: bytes */4"));
    }
    fputs("two\n", log);
    fclose(log);
    {
        _cleanup_reply_ struct reply rest =
            ask(ROLE_READ, "GET", "/api/v1/builds/1/log?attempt=1", "Range: bytes=4-\r\n", NULL);

        ck_assert_int_eq(rest.status, 206);
        ck_assert(has_header(&rest, "Content-Range: bytes 4-7/8"));
        ck_assert_str_eq((const char *)rest.content, "two\n");
    }
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/1/log?attempt=2", NULL), 400);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/9/log", NULL), 404);
}
END_TEST

START_TEST(reports_are_given_when_there_are_some)
{
    _cleanup_json_ json_t *report =
        json_pack("{s:s, s:s}", "schema", "assay.report/1", "verdict", "pass");
    static const struct {
        const char *path, *type, *part;
    } rows[] = {
        {"/api/v1/builds/1/report", "application/json", "assay.report/1"},
        {"/api/v1/builds/1/report.json", "application/json", "assay.report/1"},
        {"/api/v1/builds/1/report.txt", "text/plain; charset=utf-8", "PASS"},
        {"/api/v1/builds/1/report.sarif", "application/sarif+json", "\"2.1.0\""},
        {"/api/v1/builds/1/report.html", "text/html; charset=utf-8", "<!DOCTYPE html>"},
    };
    struct assay_error err = {0};
    int64_t id = create(ROLE_TRIGGER, "", "{\"target\": \"minimal\"}");

    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/1/report", NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/1/report.sarif", NULL), 404);
    ck_assert_int_eq(store_report_put(f.app.store, id, report, &err), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        _cleanup_reply_ struct reply given = ask(ROLE_READ, "GET", rows[i].path, "", NULL);
        char type[128];

        snprintf(type, sizeof(type), "Content-Type: %s", rows[i].type);
        ck_assert_int_eq(given.status, 200);
        ck_assert_msg(has_header(&given, type), "%s", rows[i].path);
        ck_assert(has_header(&given, "X-Content-Type-Options: nosniff"));
        ck_assert(
            has_header(&given, strstr(rows[i].path, ".html")
                                   ? "Content-Security-Policy: default-src 'none'; style-src "
                                     "'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                                     "frame-ancestors 'none'; sandbox"
                                   : "Content-Security-Policy: default-src 'none'; frame-ancestors "
                                     "'none'"));
        ck_assert_ptr_nonnull(strstr((const char *)given.content, rows[i].part));
    }
}
END_TEST

START_TEST(metrics_count_what_there_is)
{
    _cleanup_reply_ struct reply reply = {0};

    create(ROLE_TRIGGER, "", "{\"target\": \"minimal\"}");
    reply = ask(ROLE_READ, "GET", "/metrics", "", NULL);
    ck_assert(has_header(&reply, "Content-Type: text/plain; version=0.0.4; charset=utf-8"));
    ck_assert_ptr_nonnull(
        strstr((const char *)reply.content, "\nassay_builds{state=\"queued\"} 1\n"));
    ck_assert_ptr_nonnull(strstr((const char *)reply.content, "\nassay_releases 0\n"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        builds_are_queued_listed_and_shown,  an_unknown_target_is_told_with_the_known_ones,
        an_idempotency_key_queues_once,      a_bypass_needs_somebody_who_may_approve,
        builds_are_canceled_and_tried_again, a_token_is_shown_once_and_can_be_revoked,
        a_log_is_followed_by_its_offset,     reports_are_given_when_there_are_some,
        metrics_count_what_there_is,         NULL};

    return suite_run("http_builds", tests, fixture_start, fixture_stop);
}
