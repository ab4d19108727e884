/* A server in the test's own process, with a store and blobs in a temporary folder, and a client
 * that sends bytes exactly as they are given. */
#ifndef ASSAY_TESTS_HTTP_FIXTURE_H
#define ASSAY_TESTS_HTTP_FIXTURE_H

#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <assay/digest.h>
#include <assay/encode.h>
#include <assay/fs.h>

#include "http/http.h"

#define ARTIFACT_SIZE (8u << 20) /* larger than what sockets buffer */
#define REPLY_MAX (32u << 20)

static struct fixture {
    char dir[64];
    struct target targets[2];
    struct config config;
    struct app app;
    struct http *http;
    char tokens[ROLE_ADMIN + 1][STORE_TOKEN_SIZE]; /* by role */
    uint8_t *artifact;
    char sha256[ASSAY_SHA256_HEX]; /* of the artifact, published as minimal.wsl */
    char stray[ASSAY_SHA256_HEX];  /* of a blob that no release names */
} f;

/* What came back, taken apart. */
struct reply {
    struct assay_buf raw;
    int status;
    const char *head; /* NUL-terminated, without the empty line */
    const uint8_t *content;
    size_t content_len;
};

static inline void put_blob(const uint8_t *data, size_t len, char ret_sha256[ASSAY_SHA256_HEX])
{
    struct assay_error err = {0};
    uint8_t digest[ASSAY_SHA256_SIZE];
    char path[128];

    snprintf(path, sizeof(path), "%s/staged", f.dir);
    ck_assert_int_eq(assay_fs_write_file(path, data, len, 0644, &err), 0);
    ck_assert_int_eq(assay_sha256(data, len, digest), 0);
    assay_hex_encode(digest, sizeof(digest), ret_sha256);
    ck_assert_msg(blobs_put(f.app.blobs, path, ret_sha256, &err) == 0, "%s", err.text);
}

/* A new build of `minimal`, `queued`: its number. */
static inline int64_t queue_build(void)
{
    struct assay_error err = {0};
    int64_t id;
    bool new;

    ck_assert_int_eq(
        store_build_create(f.app.store, "minimal", "test", NULL, NULL, &id, &new, &err), 0);
    return id;
}

static inline int64_t revision_of(int64_t id)
{
    _cleanup_json_ json_t *json = NULL;
    struct assay_error err = {0};

    ck_assert_int_eq(store_build_json(f.app.store, id, &json, &err), 0);
    return assay_json_int(json, "revision", 0);
}

/* Takes a new build through its states to `published`. */
static inline void publish(void)
{
    struct assay_error err = {0};
    struct build build;
    int64_t id = queue_build();

    ck_assert_int_eq(store_build_claim(f.app.store, &build, &err), 1);
    snprintf(build.version, sizeof(build.version), "2026.11.21-1");
    snprintf(build.artifact_name, sizeof(build.artifact_name), "minimal.wsl");
    snprintf(build.artifact_sha256, sizeof(build.artifact_sha256), "%s", f.sha256);
    build.artifact_size = ARTIFACT_SIZE;
    for (enum build_state s = BUILD_BUILDING; s <= BUILD_SIGNING; s++)
        ck_assert_msg(store_build_advance(f.app.store, &build, s, &err) == 0, "%s", err.text);
    ck_assert_msg(store_release_publish(f.app.store, &build, "nightly", &id, &err) == 0, "%s",
                  err.text);
}

static inline void fixture_listen(void)
{
    struct assay_error err = {0};

    ck_assert_msg(http_start(&f.app, &f.http, &err) == 0, "%s", err.text);
}

static inline void fixture_start(void)
{
    struct assay_error err = {0};
    char path[128];

    memset(&f, 0, sizeof(f));
    snprintf(f.dir, sizeof(f.dir), "/tmp/assay-http-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(f.dir));
    snprintf(path, sizeof(path), "%s/logs", f.dir);
    ck_assert_int_eq(assay_fs_make_dirs(path, 0755, &err), 0);
    f.targets[0] = (struct target){.name = "minimal",
                                   .flake = "/flake",
                                   .attribute = "a.b",
                                   .tarball = true,
                                   .policy = json_pack("{s:s}", "name", "base"),
                                   .file = "minimal.wsl"};
    f.targets[1] = (struct target){.name = "dev-raw",
                                   .flake = "/flake",
                                   .attribute = "a.c",
                                   .policy = json_pack("{s:s}", "name", "base")};
    f.config = (struct config){.state_dir = f.dir,
                               .work_dir = f.dir,
                               .listen = "127.0.0.1:0",
                               .targets = f.targets,
                               .n_targets = 2};
    f.app.config = &f.config;
    ck_assert_msg(store_open(f.dir, &f.app.store, &err) == 0, "%s", err.text);
    snprintf(path, sizeof(path), "%s/blobs", f.dir);
    ck_assert_msg(blobs_open(path, &f.app.blobs, &err) == 0, "%s", err.text);
    for (enum role r = ROLE_READ; r <= ROLE_ADMIN; r++)
        ck_assert_int_eq(store_token_create(f.app.store, role_name(r), r, f.tokens[r], &err), 0);
    fixture_listen();
}

/* Publishes an artifact of ARTIFACT_SIZE bytes, with evidence, and puts a blob that no release
 * names. */
static inline void fixture_publish(void)
{
    struct assay_error err = {0};

    f.artifact = malloc(ARTIFACT_SIZE);
    for (size_t i = 0; i < ARTIFACT_SIZE; i++)
        f.artifact[i] = (uint8_t)(i * 31 + (i >> 8));
    put_blob(f.artifact, ARTIFACT_SIZE, f.sha256);
    put_blob((const uint8_t *)"stray", 5, f.stray);
    ck_assert_int_eq(
        blobs_put_evidence(f.app.blobs, f.sha256, "2026.11.21-1", "minisig", "signed\n", 7, &err),
        0);
    ck_assert_int_eq(
        blobs_put_evidence(f.app.blobs, f.sha256, "2026.11.21-1", "audit.json", "{}", 2, &err), 0);
    publish();
}

static inline void fixture_stop(void)
{
    struct assay_error err = {0};

    f.http = http_stop(f.http);
    f.app.blobs = blobs_close(f.app.blobs);
    f.app.store = store_close(f.app.store);
    for (int i = 0; i < 2; i++)
        json_decref(f.targets[i].policy);
    free(f.artifact);
    ck_assert_int_eq(assay_fs_remove_tree(f.dir, &err), 0);
}

static inline int client_connect(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 60}; /* a server that hangs fails the test */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_port = htons((uint16_t)atoi(strrchr(f.app.address, ':') + 1));
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static inline void client_send(int fd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void client_send(int fd, const char *format, ...)
{
    char text[8192];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    ck_assert_int_lt(len, (int)sizeof(text));
    ck_assert_int_eq(send(fd, text, (size_t)len, MSG_NOSIGNAL), len);
}

/* Reads until the server closes and takes the first answer apart. */
static inline struct reply client_finish(int fd)
{
    struct reply reply = {.raw = ASSAY_BUF(REPLY_MAX)};
    char part[65536], *end;
    ssize_t n;

    while ((n = recv(fd, part, sizeof(part), 0)) > 0)
        ck_assert_int_eq(assay_buf_append(&reply.raw, part, (size_t)n), 0);
    close(fd);
    reply.head = reply.raw.len ? (char *)reply.raw.data : "";
    end = strstr(reply.head, "\r\n\r\n");
    if (!end)
        return reply;
    ck_assert_int_eq(sscanf(reply.head, "HTTP/1.1 %d", &reply.status), 1);
    end[2] = 0;
    reply.content = (uint8_t *)end + 4;
    reply.content_len = reply.raw.len - (size_t)(reply.content - reply.raw.data);
    return reply;
}

static inline void reply_free(struct reply *reply)
{
    assay_buf_free(&reply->raw);
}
#define _cleanup_reply_ _cleanup_(reply_free)

/* One request with more header lines (each with its CR LF), as `role` (ROLE_NONE: no token), with
 * a body or NULL. */
static inline struct reply ask(enum role role, const char *method, const char *path,
                               const char *headers, const char *body)
{
    int fd = client_connect();

    client_send(fd, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s", method, path, headers);
    if (role != ROLE_NONE)
        client_send(fd, "Authorization: Bearer %s\r\n", f.tokens[role]);
    if (body)
        client_send(fd, "Content-Length: %zu\r\n", strlen(body));
    client_send(fd, "\r\n%s", body ? body : "");
    return client_finish(fd);
}

/* The status alone. */
static inline int ask_status(enum role role, const char *method, const char *path, const char *body)
{
    _cleanup_reply_ struct reply reply = ask(role, method, path, "", body);

    return reply.status;
}

/* Asks for the metric `name` until it is `count`. */
static inline void until_metric(const char *name, int count)
{
    char line[64];

    snprintf(line, sizeof(line), "\n%s %d\n", name, count);
    for (bool there = false; !there;) {
        _cleanup_reply_ struct reply reply = ask(ROLE_READ, "GET", "/metrics", "", NULL);

        ck_assert_int_eq(reply.status, 200);
        there = strstr((const char *)reply.content, line) != NULL;
    }
}

/* Has the answer this header line, caselessly? */
static inline bool has_header(const struct reply *reply, const char *line)
{
    char wanted[512];

    snprintf(wanted, sizeof(wanted), "\r\n%s\r\n", line);
    return strcasestr(reply->head, wanted) != NULL;
}

/* The content as JSON; the caller owns it. */
static inline json_t *reply_value(const struct reply *reply)
{
    struct assay_error err = {0};
    json_t *json = NULL;

    ck_assert_msg(assay_json_parse(reply->content, reply->content_len, "reply", &json, &err) == 0,
                  "%s", err.text);
    return json;
}

#endif
