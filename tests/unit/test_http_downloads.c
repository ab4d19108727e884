/* Downloads: channels, releases, ranges, validators, clients that leave or are slow. */
#include <dirent.h>

#include "http_fixture.h"
#include "suite.h"

static void closedirp(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

static void start_published(void)
{
    fixture_start();
    fixture_publish();
}

/* The path of the published artifact with a suffix. */
static const char *release_path(const char *suffix)
{
    static char path[256];

    snprintf(path, sizeof(path), "/r/%s/minimal.wsl%s", f.sha256, suffix);
    return path;
}

/* A request for the artifact with more header lines. */
static struct reply get(const char *headers)
{
    return ask(ROLE_READ, "GET", release_path(""), headers, NULL);
}

static void assert_content(const struct reply *reply, size_t first, size_t length)
{
    ck_assert_uint_eq(reply->content_len, length);
    ck_assert_mem_eq(reply->content, f.artifact + first, length);
}

START_TEST(a_channel_leads_to_its_release)
{
    _cleanup_reply_ struct reply reply =
        ask(ROLE_READ, "GET", "/d/minimal/nightly/minimal.wsl", "", NULL);
    _cleanup_reply_ struct reply evidence =
        ask(ROLE_READ, "HEAD", "/d/minimal/nightly/minimal.wsl.minisig", "", NULL);
    char location[256];

    ck_assert_int_eq(reply.status, 302);
    snprintf(location, sizeof(location), "Location: %s", release_path(""));
    ck_assert(has_header(&reply, location));
    ck_assert_int_eq(evidence.status, 302);
    snprintf(location, sizeof(location), "Location: %s", release_path(".minisig"));
    ck_assert(has_header(&evidence, location));
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/d/minimal/stable/minimal.wsl", NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/d/minimal/nightly/other.wsl", NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/d/other/nightly/minimal.wsl", NULL), 404);
}
END_TEST

START_TEST(the_whole_artifact_comes_with_its_validator)
{
    _cleanup_reply_ struct reply reply = get("");
    char etag[128];

    ck_assert_int_eq(reply.status, 200);
    assert_content(&reply, 0, ARTIFACT_SIZE);
    snprintf(etag, sizeof(etag), "ETag: \"%s\"", f.sha256);
    ck_assert(has_header(&reply, etag));
    ck_assert(has_header(&reply, "Accept-Ranges: bytes"));
    ck_assert(has_header(&reply, "Cache-Control: public, max-age=31536000, immutable"));
    ck_assert(has_header(&reply, "Content-Disposition: attachment; filename=\"minimal.wsl\""));
    ck_assert(has_header(&reply, "Content-Type: application/octet-stream"));
}
END_TEST

START_TEST(parts_are_served)
{
    static const struct {
        const char *range;
        int status;
        size_t first, length;
        const char *content_range;
    } parts[] = {
        {"bytes=0-0", 206, 0, 1, "bytes 0-0/8388608"},
        {"bytes=1000000-1999999", 206, 1000000, 1000000, "bytes 1000000-1999999/8388608"},
        {"bytes=8388600-", 206, 8388600, 8, "bytes 8388600-8388607/8388608"},
        {"bytes=-5", 206, 8388603, 5, "bytes 8388603-8388607/8388608"},
        {"bytes=8388600-99999999999", 206, 8388600, 8, "bytes 8388600-8388607/8388608"},
        {"bytes=0-", 206, 0, ARTIFACT_SIZE, "bytes 0-8388607/8388608"},
        {"bytes=0-1,5-6", 200, 0, ARTIFACT_SIZE, NULL},
        {"bytes=6-5", 200, 0, ARTIFACT_SIZE, NULL},
        {"pages=1-2", 200, 0, ARTIFACT_SIZE, NULL},
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        _cleanup_reply_ struct reply reply = {0};
        char line[128];

        snprintf(line, sizeof(line), "Range: %s\r\n", parts[i].range);
        reply = get(line);
        ck_assert_msg(reply.status == parts[i].status, "%s: %d", parts[i].range, reply.status);
        assert_content(&reply, parts[i].first, parts[i].length);
        snprintf(line, sizeof(line), "Content-Range: %s",
                 parts[i].content_range ? parts[i].content_range : "");
        ck_assert(parts[i].content_range ? has_header(&reply, line)
                                         : !strstr(reply.head, "Content-Range"));
    }
}
END_TEST

START_TEST(a_range_behind_the_end_is_refused)
{
    static const char *const ranges[] = {"Range: bytes=8388608-\r\n", "Range: bytes=-0\r\n"};

    for (size_t i = 0; i < 2; i++) {
        _cleanup_reply_ struct reply reply = get(ranges[i]);

        ck_assert_int_eq(reply.status, 416);
        ck_assert(has_header(&reply, "Content-Range: bytes */8388608"));
        ck_assert(has_header(&reply, "Content-Type: application/problem+json"));
    }
}
END_TEST

/* Asks for ten bytes on a condition on the validator. */
static int status_if(const char *header, const char *before, const char *after)
{
    _cleanup_reply_ struct reply reply = {0};
    char lines[256];

    snprintf(lines, sizeof(lines), "Range: bytes=0-9\r\n%s: %s%s%s\r\n", header, before, f.sha256,
             after);
    reply = get(lines);
    return reply.status;
}

START_TEST(a_part_is_given_only_of_what_it_was_begun_with)
{
    ck_assert_int_eq(status_if("If-Range", "\"", "\""), 206);
    ck_assert_int_eq(status_if("If-Range", "W/\"", "\""), 200);
    ck_assert_int_eq(status_if("If-Range", "\"0", "\""), 200);
    ck_assert_int_eq(status_if("If-Range", "", ""), 200);
    ck_assert_int_eq(status_if("If-Range", "Sat, 21 Nov 2026 00:00:00 GMT;", ""), 200);
}
END_TEST

START_TEST(what_the_client_has_is_not_sent_again)
{
    _cleanup_reply_ struct reply reply = {0};
    char header[128], etag[128];

    snprintf(header, sizeof(header), "If-None-Match: \"x\", \"%s\"\r\n", f.sha256);
    reply = get(header);
    ck_assert_int_eq(reply.status, 304);
    ck_assert_uint_eq(reply.content_len, 0);
    snprintf(etag, sizeof(etag), "ETag: \"%s\"", f.sha256);
    ck_assert(has_header(&reply, etag));
    /* RFC 9110, section 8.6: no Content-Length but that of the 200. */
    ck_assert_ptr_null(strstr(reply.head, "Content-Length: 0"));
    ck_assert_int_eq(status_if("If-None-Match", "\"0", "\""), 206);
}
END_TEST

START_TEST(head_tells_the_size_and_ignores_ranges)
{
    _cleanup_reply_ struct reply reply =
        ask(ROLE_READ, "HEAD", release_path(""), "Range: bytes=0-9\r\n", NULL);

    ck_assert_int_eq(reply.status, 200);
    ck_assert(has_header(&reply, "Content-Length: 8388608"));
    ck_assert_uint_eq(reply.content_len, 0);
}
END_TEST

START_TEST(evidence_stands_beside_the_artifact)
{
    _cleanup_reply_ struct reply sum = ask(ROLE_READ, "GET", release_path(".sha256"), "", NULL);
    _cleanup_reply_ struct reply sig = ask(ROLE_READ, "GET", release_path(".minisig"), "", NULL);
    _cleanup_reply_ struct reply audit =
        ask(ROLE_READ, "GET", release_path(".audit.json"), "", NULL);
    char line[128];

    snprintf(line, sizeof(line), "%s  minimal.wsl\n", f.sha256);
    ck_assert_str_eq((const char *)sum.content, line);
    ck_assert_str_eq((const char *)sig.content, "signed\n");
    ck_assert_str_eq((const char *)audit.content, "{}");
    ck_assert(has_header(&audit, "Content-Type: application/json"));
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", release_path(".sarif"), NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_READ, "GET", release_path("x"), NULL), 404);
}
END_TEST

START_TEST(what_was_not_published_is_not_there)
{
    char path[256];

    snprintf(path, sizeof(path), "/r/%s/stray.wsl", f.stray);
    ck_assert_int_eq(ask_status(ROLE_ADMIN, "GET", path, NULL), 404);
    snprintf(path, sizeof(path), "/r/%s/minimal.wsl", f.stray);
    ck_assert_int_eq(ask_status(ROLE_ADMIN, "GET", path, NULL), 404);
    snprintf(path, sizeof(path), "/r/%.63s/minimal.wsl", f.sha256);
    ck_assert_int_eq(ask_status(ROLE_ADMIN, "GET", path, NULL), 404);
    snprintf(path, sizeof(path), "/r/%s0/minimal.wsl", f.sha256);
    ck_assert_int_eq(ask_status(ROLE_ADMIN, "GET", path, NULL), 404);
    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", release_path(""), NULL), 401);
}
END_TEST

static int open_files(void)
{
    _cleanup_(closedirp) DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(dir))
        count++;
    return count;
}

/* Begins a download on a connection with little room, and reads its first bytes. */
static int begin_download(void)
{
    int fd = client_connect(), room = 65536;
    char first[512];

    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)), 0);
    client_send(fd,
                "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                "%s\r\n\r\n",
                release_path(""), f.tokens[ROLE_READ]);
    ck_assert_int_gt(recv(fd, first, sizeof(first), 0), 0);
    return fd;
}

START_TEST(clients_that_hang_up_leave_nothing_behind)
{
    struct linger at_once = {.l_onoff = 1};
    int before;

    ck_assert_int_eq(ask_status(ROLE_NONE, "GET", "/healthz", NULL), 200);
    before = open_files();
    for (int i = 0; i < 40; i++) {
        int fd = begin_download();

        if (i % 2)
            ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
        close(fd);
    }
    /* The server notices in its own time; each answer here is one more turn of its loop. */
    do
        ck_assert_int_eq(ask_status(ROLE_NONE, "GET", "/healthz", NULL), 200);
    while (open_files() > before);
}
END_TEST

START_TEST(slow_downloads_hold_nobody_up)
{
    int fds[32];

    for (int i = 0; i < 32; i++)
        fds[i] = begin_download();
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(ask_status(ROLE_READ, "GET", "/api/v1/builds/1", NULL), 200);
    for (int i = 1; i < 32; i++)
        close(fds[i]);
    /* The one that stays gets all of it. */
    {
        char part[4096];
        size_t total = 0;
        ssize_t n;

        while ((n = recv(fds[0], part, sizeof(part), 0)) > 0)
            total += (size_t)n;
        ck_assert_int_eq(n, 0);
        ck_assert_uint_gt(total, ARTIFACT_SIZE - 512);
        close(fds[0]);
    }
}
END_TEST

START_TEST(stopping_ends_downloads)
{
    int fd = begin_download();

    f.http = http_stop(f.http);
    close(fd);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_channel_leads_to_its_release,
                                  the_whole_artifact_comes_with_its_validator,
                                  parts_are_served,
                                  a_range_behind_the_end_is_refused,
                                  a_part_is_given_only_of_what_it_was_begun_with,
                                  what_the_client_has_is_not_sent_again,
                                  head_tells_the_size_and_ignores_ranges,
                                  evidence_stands_beside_the_artifact,
                                  what_was_not_published_is_not_there,
                                  clients_that_hang_up_leave_nothing_behind,
                                  slow_downloads_hold_nobody_up,
                                  stopping_ends_downloads,
                                  NULL};

    return suite_run("http_downloads", tests, start_published, fixture_stop);
}
