/* The way of a request: its form, its route, its caller, its body, its handler. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "reply.h"
#include "routes.h"
#include "server.h"

/* Bytes of a body over its maximum that are read and thrown away, so that the client gets to see
 * the 413 instead of a connection reset while it sends. Above that the connection is closed. */
#define DISCARD_MAX (1u << 20)

#define BEARER "Bearer "

/* The library hands on the path decoded and as a C string, so that an encoded NUL or control
 * character has to be found before. */
static bool has_encoded_control(const char *uri)
{
    for (; (uri = strchr(uri, '%')); uri++)
        if ((uri[1] == '0' || uri[1] == '1' || (uri[1] == '7' && (uri[2] == 'f' || uri[2] == 'F'))))
            return true;
    return false;
}

void *dispatch_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct http *http = cls;
    struct request *request = calloc(1, sizeof(*request));

    if (!request)
        return NULL;
    request->http = http;
    request->app = http->app;
    request->connection = connection;
    request->body.max = REQUEST_BODY_MAX;
    request->uri_len = strlen(uri);
    request->uri_bad = has_encoded_control(uri);
    atomic_fetch_add(&http->active, 1);
    return request;
}

/* One line for each request that changes something; never its path or its body, which are the
 * client's words. */
static void log_write(const struct request *request)
{
    if (request->route && strcmp(request->route->method, "GET") != 0)
        log_info("%s %s %u %s", request->route->method, request->route->pattern, request->status,
                 request->who[0] ? request->who : "-");
}

void dispatch_completed(void *cls, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code)
{
    struct http *http = cls;
    struct request *request = *context;

    (void)connection;
    if (!request)
        return;
    waiters_leave(http->waiters, &request->waiter);
    events_close(http, &request->events);
    if (request->status >= 100 && request->status < 600)
        atomic_fetch_add(&http->answers[request->status / 100 - 1], 1);
    if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
        atomic_fetch_add(&http->bytes_served, request->reply_length);
        if (request->route && strncmp(request->route->pattern, "/r/", 3) == 0)
            atomic_fetch_add(&http->downloads, 1);
    }
    log_write(request);
    assay_buf_free(&request->body);
    free(request);
    *context = NULL;
    atomic_fetch_sub(&http->active, 1);
}

/* Who asks, and may they? Returns true, or false with the answer in *ret_result. */
static bool authorize(struct request *request, enum MHD_Result *ret_result)
{
    enum role needed = request->route->role;
    const char *header = request_header(request, MHD_HTTP_HEADER_AUTHORIZATION);
    bool open = needed == ROLE_READ && request->app->config->read_public;

    if (needed == ROLE_NONE)
        return true;
    if (header && strncasecmp(header, BEARER, strlen(BEARER)) == 0)
        request->role =
            store_token_role(request->app->store, header + strlen(BEARER), request->who);
    if (header ? request->role == ROLE_NONE : !open) {
        *ret_result = reply_problem_with(
            request, MHD_HTTP_UNAUTHORIZED, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
            header ? "Bearer realm=\"assay\", error=\"invalid_token\"" : "Bearer realm=\"assay\"",
            header ? "The token is not known or was revoked: ask an administrator for a new one "
                     "(assay token create NAME --role ROLE)."
                   : "This needs a token: send \"Authorization: Bearer assay_...\", or set "
                     "ASSAY_TOKEN for the command line.");
        return false;
    }
    if (!open && request->role < needed) {
        *ret_result =
            reply_problem(request, MHD_HTTP_FORBIDDEN,
                          "This needs the role \"%s\"; the token \"%s\" has \"%s\". Ask an "
                          "administrator for a token with that role.",
                          role_name(needed), request->who, role_name(request->role));
        return false;
    }
    return true;
}

/* What can be said from the headers alone. True when the request may go on. */
static bool begin(struct request *request, const char *method, enum MHD_Result *ret_result)
{
    const char *length = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    char allowed[64];
    int r;

    request->body_taken = !request_header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING) &&
                          (!length || length[strspn(length, "0")] == 0);
    request->head = strcmp(method, "HEAD") == 0;
    if (request->uri_len > REQUEST_URI_MAX) {
        *ret_result = reply_problem(request, MHD_HTTP_URI_TOO_LONG,
                                    "The address has %zu characters; at most %d are taken.",
                                    request->uri_len, REQUEST_URI_MAX);
        return false;
    }
    if (request->uri_bad) {
        *ret_result = reply_problem(request, MHD_HTTP_BAD_REQUEST,
                                    "The address holds an encoded control character.");
        return false;
    }
    r = routes_find(request, method, allowed, sizeof(allowed));
    if (r == -EPERM)
        *ret_result =
            reply_problem_with(request, MHD_HTTP_METHOD_NOT_ALLOWED, MHD_HTTP_HEADER_ALLOW, allowed,
                               "This address takes %s only.", allowed);
    else if (r < 0)
        *ret_result = reply_problem(request, MHD_HTTP_NOT_FOUND,
                                    "Nothing is here. The API begins at /api/v1/, downloads at "
                                    "/d/TARGET/CHANNEL/NAME.");
    if (r < 0 || !authorize(request, ret_result))
        return false;
    if (length && strtoull(length, NULL, 10) > REQUEST_BODY_MAX + DISCARD_MAX) {
        *ret_result =
            reply_problem(request, MHD_HTTP_CONTENT_TOO_LARGE,
                          "The body has %s bytes; at most %u are taken.", length, REQUEST_BODY_MAX);
        return false;
    }
    return true;
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t *size)
{
    size_t len = *size;

    *size = 0;
    request->body_seen += len;
    if (request->body_seen > REQUEST_BODY_MAX + DISCARD_MAX)
        return MHD_NO;
    if (request->body_seen > REQUEST_BODY_MAX)
        return MHD_YES;
    return assay_buf_append(&request->body, data, len) == 0 ? MHD_YES : MHD_NO;
}

enum MHD_Result dispatch_request(void *cls, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **context)
{
    struct request *request = *context;
    enum MHD_Result result = MHD_NO;

    (void)cls;
    (void)connection;
    (void)version;
    if (!request)
        return MHD_NO;
    request->path = url;
    if (!request->begun) {
        request->begun = true;
        return begin(request, method, &result) ? MHD_YES : result;
    }
    if (*upload_size > 0)
        return take_body(request, upload, upload_size);
    request->body_taken = true;
    if (request->body_seen > REQUEST_BODY_MAX)
        return reply_problem(request, MHD_HTTP_CONTENT_TOO_LARGE,
                             "The body has %llu bytes; at most %u are taken.",
                             (unsigned long long)request->body_seen, REQUEST_BODY_MAX);
    return request->route->handler(request);
}
