/* The HTTP API: addresses, roles, the form of requests and answers. */
#include <errno.h>

#include "http_fixture.h"

#include "http/request.h"
#include "http/routes.h"
#include "suite.h"

/* "/api/v1/builds/{id}/log" -> "/api/v1/builds/1/log". */
static void fill_pattern(const char *pattern, char *ret)
{
    while (*pattern) {
        if (*pattern == '{') {
            *ret++ = '1';
            pattern += strcspn(pattern, "}") + 1;
        } else {
            *ret++ = *pattern++;
        }
    }
    *ret = 0;
}

START_TEST(every_route_demands_its_role)
{
    size_t count;
    const struct route *routes = routes_table(&count);

    ck_assert_uint_ge(count, 20);
    for (size_t i = 0; i < count; i++) {
        char path[256];

        fill_pattern(routes[i].pattern, path);
        for (enum role role = ROLE_NONE; role <= ROLE_ADMIN; role++) {
            int status = ask_status(role, routes[i].method, path, NULL);

            if (role >= routes[i].role)
                ck_assert_msg(status != 401 && status != 403 && status != 0, "%s as %s: %d", path,
                              role_name(role), status);
            else
                ck_assert_msg(status == (role == ROLE_NONE ? 401 : 403), "%s as %s: %d", path,
                              role_name(role), status);
        }
    }
}
END_TEST

START_TEST(reading_can_be_opened_and_writing_cannot)
{
    _cleanup_reply_ struct reply wrong = {0};

    f.config.read_public = true;
    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", "/api/v1/builds", NULL), 200);
    ck_assert_int_eq(ask_status(ROLE_NONE, "POST", "/api/v1/builds", "{}"), 401);
    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", "/api/v1/tokens", NULL), 401);
    wrong = ask(ROLE_NONE, "GET", "/api/v1/builds", "Authorization: Bearer assay_wrong\r\n", NULL);
    ck_assert_int_eq(wrong.status, 401);
}
END_TEST

START_TEST(a_wrong_token_is_told)
{
    static const char *const headers[] = {
        "Authorization: Bearer assay_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer\r\n",
        "Authorization: Basic YTpi\r\n",
        "Authorization: \r\n",
    };

    for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
        _cleanup_reply_ struct reply reply =
            ask(ROLE_NONE, "GET", "/api/v1/targets", headers[i], NULL);

        ck_assert_int_eq(reply.status, 401);
        ck_assert_ptr_nonnull(strstr(reply.head, "WWW-Authenticate: Bearer"));
        ck_assert(has_header(&reply, "Content-Type: application/problem+json"));
    }
}
END_TEST

START_TEST(problems_say_what_and_how_to_mend_it)
{
    _cleanup_reply_ struct reply none = ask(ROLE_NONE, "GET", "/nothing", "", NULL);
    _cleanup_reply_ struct reply method = ask(ROLE_NONE, "DELETE", "/api/v1/builds", "", NULL);
    _cleanup_json_ json_t *json = reply_value(&none);

    ck_assert_int_eq(none.status, 404);
    ck_assert_int_eq(assay_json_int(json, "status", 0), 404);
    ck_assert_str_eq(assay_json_string(json, "type", ""), "about:blank");
    ck_assert_str_eq(assay_json_string(json, "title", ""), "Not Found");
    ck_assert_ptr_nonnull(strstr(assay_json_string(json, "detail", ""), "/api/v1/"));
    ck_assert(has_header(&none, "X-Content-Type-Options: nosniff"));
    ck_assert(has_header(&none, "Cache-Control: no-store"));
    ck_assert_int_eq(method.status, 405);
    ck_assert(has_header(&method, "Allow: POST, GET, HEAD"));
}
END_TEST

START_TEST(addresses_cannot_leave_their_place)
{
    static const struct {
        const char *path;
        int status;
    } paths[] = {
        {"/r/../../../../etc/passwd", 404},
        {"/r/%2e%2e/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404},
        {"/d/minimal/nightly/../../../../../etc/passwd", 404},
        {"/d/minimal/nightly/%2e%2e%2fassay.db", 404},
        {"/api/v1/builds/1%2flog", 404},
        {"/api/v1/builds//log", 404},
        {"/api/v1/builds/-1", 404},
        {"/api/v1/builds/1x", 404},
        {"/api/v1/builds/99999999999999999999", 404},
        {"/api/v1/builds/", 404},
        {"/healthz/", 404},
        {"/healthz%00", 400},
        {"/healthz?a=%0d%0aSet-Cookie:x", 400},
        {"/api/v1/builds?limit=0", 400},
        {"/api/v1/builds?limit=x", 400},
        {"/api/v1/builds?before=-1", 400},
        {"/api/v1/builds?state=nowhere", 400},
        {"/api/v1/builds?target=';DROP%20TABLE%20builds", 200},
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        int status = ask_status(ROLE_READ, "GET", paths[i].path, NULL);

        ck_assert_msg(status == paths[i].status, "%s: %d", paths[i].path, status);
    }
}
END_TEST

START_TEST(a_long_address_is_refused)
{
    char path[REQUEST_URI_MAX + 64];

    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = 0;
    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", path, NULL), 414);
}
END_TEST

START_TEST(head_is_get_without_the_content)
{
    static const char *const paths[] = {"/healthz", "/metrics", "/api/v1/targets",
                                        "/api/v1/builds/7", "/nothing"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        _cleanup_reply_ struct reply get = ask(ROLE_READ, "GET", paths[i], "", NULL);
        _cleanup_reply_ struct reply head = ask(ROLE_READ, "HEAD", paths[i], "", NULL);

        ck_assert_int_eq(head.status, get.status);
        ck_assert_uint_eq(head.content_len, 0);
        ck_assert_uint_gt(get.content_len, 0);
        ck_assert_ptr_nonnull(strstr(head.head, "Content-Length: "));
    }
}
END_TEST

START_TEST(readiness_names_what_is_missing)
{
    _cleanup_reply_ struct reply reply = ask(ROLE_NONE, "GET", "/readyz", "", NULL);
    _cleanup_json_ json_t *json = reply_value(&reply);
    json_t *checks = json_object_get(json, "checks");

    ck_assert_int_eq(reply.status, 503); /* there is no signer in this process */
    ck_assert(assay_json_bool(checks, "store", false));
    ck_assert(assay_json_bool(checks, "state_dir", false));
    ck_assert(!assay_json_bool(checks, "signer", true));
}
END_TEST

START_TEST(bad_bodies_are_refused_with_the_reason)
{
    static const struct {
        const char *body, *word;
    } bodies[] = {
        {"", "body"},
        {"{", "body"},
        {"[]", "object"},
        {"{}", "target"},
        {"{\"target\": 1}", "target"},
        {"{\"target\": \"\"}", "target"},
        {"{\"target\": \"minimal\", \"colour\": 1}", "colour"},
        {"{\"target\": \"minimal\", \"target\": \"minimal\"}", "body"},
        {"{\"target\": \"minimal\", \"bypass\": \"two\\nlines\"}", "bypass"},
    };

    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        _cleanup_reply_ struct reply reply =
            ask(ROLE_ADMIN, "POST", "/api/v1/builds", "", bodies[i].body);
        _cleanup_json_ json_t *json = reply_value(&reply);
        const char *detail = assay_json_string(json, "detail", "");

        ck_assert_msg(reply.status == 422, "%s: %d", bodies[i].body, reply.status);
        ck_assert_msg(strstr(detail, bodies[i].word) != NULL, "%s: %s", bodies[i].body, detail);
    }
}
END_TEST

/* Sends `size` bytes, as one body or in chunks, and gives the status; 0 when the server hung up. */
static int send_large(size_t size, bool chunked)
{
    _cleanup_free_ char *data = malloc(size);
    _cleanup_reply_ struct reply reply = {0};
    int fd = client_connect();

    memset(data, ' ', size);
    client_send(fd,
                "POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                "Authorization: Bearer %s\r\n",
                f.tokens[ROLE_ADMIN]);
    if (chunked)
        client_send(fd, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", size);
    else
        client_send(fd, "Content-Length: %zu\r\n\r\n", size);
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(fd, data + sent, size - sent, MSG_NOSIGNAL);

        if (n < 0)
            break; /* what the server thinks of it comes below */
        sent += (size_t)n;
    }
    if (chunked)
        send(fd, "\r\n0\r\n\r\n", 7, MSG_NOSIGNAL);
    reply = client_finish(fd);
    return reply.status;
}

START_TEST(large_bodies_are_refused)
{
    int status;

    ck_assert_int_eq(send_large(REQUEST_BODY_MAX, false), 422); /* taken, and no JSON */
    ck_assert_int_eq(send_large(REQUEST_BODY_MAX + 1, false), 413);
    ck_assert_int_eq(send_large(REQUEST_BODY_MAX, true), 422);
    ck_assert_int_eq(send_large(REQUEST_BODY_MAX + 1, true), 413);
    /* Beyond what is read for politeness the connection may be reset before the answer is seen. */
    status = send_large(64u << 20, false);
    ck_assert(status == 413 || status == 0);
    ck_assert_int_eq(send_large(64u << 20, true), 0);
    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", "/healthz", NULL), 200);
}
END_TEST

START_TEST(a_large_body_that_is_only_announced_is_refused_at_once)
{
    _cleanup_reply_ struct reply reply =
        ask(ROLE_ADMIN, "POST", "/api/v1/builds",
            "Content-Length: 99999999999\r\nExpect: 100-continue\r\n", NULL);

    ck_assert_int_eq(reply.status, 413);
}
END_TEST

START_TEST(garbage_does_not_disturb_the_server)
{
    static const struct {
        const char *bytes;
        int status; /* 0: no answer is waited for */
    } garbage[] = {
        {"\r\n\r\n\r\n", 0},
        {"GET\r\n\r\n", 0},
        {"\x16\x03\x01\x02\x01\x01\xfc", 0},
        {"GET /healthz HTTP/9.9\r\n\r\n", 505},
        {"GET /healthz HTTP/1.1\r\n\r\n", 400}, /* no Host */
        {"GET /healthz HTTP/1.1\r\nHost x\r\n\r\n", 400},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\x80\x81\x82 / nonsense\r\n\r\n", 200},
        {"POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
         401},
        {"POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc", 401},
        {"GET /%zz%%%2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404},
        {"GET /api/v1/builds?=&&&a=%&%=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 401},
    };

    for (size_t i = 0; i < sizeof(garbage) / sizeof(*garbage); i++) {
        _cleanup_reply_ struct reply reply = {0};
        int fd = client_connect();

        client_send(fd, "%s", garbage[i].bytes);
        if (garbage[i].status == 0) {
            close(fd);
            continue;
        }
        reply = client_finish(fd);
        ck_assert_msg(reply.status == garbage[i].status, "%s: %d", garbage[i].bytes, reply.status);
    }
    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", "/healthz", NULL), 200);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    _cleanup_reply_ struct reply reply = {0};
    int fd = client_connect();
    char *second;

    client_send(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                    "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    reply = client_finish(fd);
    ck_assert_int_eq(reply.status, 200);
    second = memmem(reply.content, reply.content_len, "HTTP/1.1 404", 12);
    ck_assert_ptr_nonnull(second);
}
END_TEST

START_TEST(an_address_in_use_is_named_with_the_mend)
{
    struct assay_error err = {0};
    struct app app = f.app;
    struct config config = f.config;
    struct http *second = NULL;

    config.listen = strstr(f.app.address, "127.");
    app.config = &config;
    ck_assert_int_eq(http_start(&app, &second, &err), -EADDRINUSE);
    ck_assert_ptr_nonnull(strstr(err.text, config.listen));
    ck_assert_ptr_nonnull(strstr(err.text, "choose another port"));
    ck_assert_ptr_null(second);
}
END_TEST

START_TEST(addresses_to_listen_on_have_one_form)
{
    static const char *const bad[] = {
        "",         "8420",         ":8420",      "127.0.0.1", "[::1]",
        "::1:8420", "a:b",          "127.0.0.1:", "[]:8420",   "x:99999",
        "x:-1",     "127.0.0.1:1x", "x:123456",   "[127:1",    "300.1.1.1:0"};
    struct config config = f.config;
    struct app app = f.app;
    struct http *http = NULL;

    app.config = &config;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct assay_error err = {0};

        config.listen = bad[i];
        ck_assert_msg(http_start(&app, &http, &err) == -EINVAL, "%s", bad[i]);
        ck_assert_ptr_nonnull(strstr(err.text, "listen"));
    }
    f.http = http_stop(f.http); /* one server per store */
    for (int i = 0; i < 2; i++) {
        struct assay_error err = {0};

        config.listen = i ? "[::1]:0" : "localhost:0";
        ck_assert_msg(http_start(&app, &http, &err) == 0, "%s", err.text);
        ck_assert_int_eq(strncmp(app.address, i ? "http://[::1]:" : "http://", i ? 13 : 7), 0);
        ck_assert_int_ne(atoi(strrchr(app.address, ':') + 1), 0);
        http = http_stop(http);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_route_demands_its_role,
                                  reading_can_be_opened_and_writing_cannot,
                                  a_wrong_token_is_told,
                                  problems_say_what_and_how_to_mend_it,
                                  addresses_cannot_leave_their_place,
                                  a_long_address_is_refused,
                                  head_is_get_without_the_content,
                                  readiness_names_what_is_missing,
                                  bad_bodies_are_refused_with_the_reason,
                                  large_bodies_are_refused,
                                  a_large_body_that_is_only_announced_is_refused_at_once,
                                  garbage_does_not_disturb_the_server,
                                  pipelined_requests_are_answered_in_order,
                                  an_address_in_use_is_named_with_the_mend,
                                  addresses_to_listen_on_have_one_form,
                                  NULL};

    return suite_run("http_api", tests, fixture_start, fixture_stop);
}
