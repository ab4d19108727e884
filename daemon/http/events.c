/* GET /api/v1/builds/{id}/events: a build's changes as server-sent events (WHATWG HTML, "Server-
 * sent events"). Each event has the build as it is then; those who read slowly, and changes that
 * come faster than EVERY_MS, miss what was between. */
#include "events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <assay/clock.h>

#include "reply.h"
#include "routes.h"
#include "server.h"

#define EVERY_MS 200u /* from one event to the next, at least */
/* Of silence: what the standard advises; proxies give up after a minute. */
#define HEARTBEAT_MS 15000u
#define EVENT_MAX ((size_t)64 << 10)
#define BLOCK 4096 /* bytes the library asks for at a time */

void events_close(struct http *http, struct events *events)
{
    if (events->open)
        atomic_fetch_sub(&http->streams, 1);
    events->open = false;
    assay_buf_free(&events->out);
}

static bool is_final(const json_t *build)
{
    enum build_state state;

    return build_state_parse(assay_json_string(build, "state", ""), &state) < 0 ||
           build_state_final(state);
}

/* Writes to `out` what the client does not know yet, or a heartbeat where one is due. Returns 1,
 * 0 when there is nothing to say, or a negative errno. */
static int say(struct request *request, uint64_t now)
{
    struct events *events = &request->events;
    _cleanup_json_ json_t *build = NULL;
    _cleanup_free_ char *text = NULL;
    struct assay_error err = {0};
    int64_t revision;
    int r = store_build_json(request->app->store, events->build, &build, &err);

    if (r < 0)
        return r;
    revision = assay_json_int(build, "revision", 0);
    events->out.len = 0;
    events->sent = 0;
    events->last = is_final(build); /* told once, as nothing is asked after it */
    if (revision != events->revision || events->last) {
        text = json_dumps(build, JSON_COMPACT);
        r = text ? assay_buf_printf(&events->out, "event: build\nid: %" PRId64 "\ndata: %s\n\n",
                                    revision, text)
                 : -ENOMEM;
        events->revision = revision;
    } else if (now - events->told >= HEARTBEAT_MS) {
        r = assay_buf_append(&events->out, ": \n\n", 4);
    } else {
        return 0;
    }
    events->told = now;
    return r < 0 ? r : 1;
}

/* Fills `out`, or suspends the connection until there is cause to look again. Returns 1 when
 * there is something to send, 0 when it is suspended, or MHD's code for the end. */
static ssize_t refill(struct request *request)
{
    struct waiters *waiters = request->http->waiters;
    struct events *events = &request->events;

    for (;;) {
        uint64_t now = assay_clock_ms(), silent = now - events->told;
        bool early = silent < EVERY_MS;
        uint64_t limit = early ? EVERY_MS : HEARTBEAT_MS;
        int r = 0;

        if (waiters_enlist(waiters, &request->waiter, WAITER_STREAM, request->connection,
                           early ? 0 : events->build, limit > silent ? limit - silent : 0) < 0)
            return MHD_CONTENT_READER_END_OF_STREAM; /* the daemon stops */
        if (!early)
            r = say(request, now);
        if (r != 0) {
            waiters_leave(waiters, &request->waiter);
            return r > 0 ? 1 : MHD_CONTENT_READER_END_WITH_ERROR;
        }
        if (waiters_suspend(waiters, &request->waiter))
            return 0;
    }
}

static ssize_t read_events(void *cls, uint64_t position, char *buffer, size_t size)
{
    struct request *request = cls;
    struct events *events = &request->events;
    size_t rest;

    (void)position;
    if (events->sent == events->out.len) {
        ssize_t r;

        if (request->waiter.left)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        r = events->last ? MHD_CONTENT_READER_END_OF_STREAM : refill(request);
        if (r <= 0)
            return r;
    }
    rest = events->out.len - events->sent;
    if (rest > size)
        rest = size;
    memcpy(buffer, events->out.data + events->sent, rest);
    events->sent += rest;
    request->reply_length += rest;
    return (ssize_t)rest;
}

static enum MHD_Result stream(struct request *request)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_events, request, NULL);

    if (!response)
        return MHD_NO;
    /* The last one is for nginx, which would keep the events until its buffer is full. */
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream") !=
            MHD_YES ||
        MHD_add_response_header(response, "X-Accel-Buffering", "no") != MHD_YES) {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return reply_queue(request, MHD_HTTP_OK, response, 0);
}

/* A client that has the last state already gets 204, on which it asks no more. */
enum MHD_Result events_get(struct request *request)
{
    const char *seen = request_header(request, "Last-Event-ID");
    struct events *events = &request->events;
    _cleanup_json_ json_t *build = NULL;
    struct assay_error err = {0};

    events->build = request_id(request, 0);
    if (store_build_json(request->app->store, events->build, &build, &err) < 0)
        return reply_error(request, &err);
    events->revision = seen ? strtoll(seen, NULL, 10) : 0;
    if (is_final(build) && events->revision == assay_json_int(build, "revision", 0))
        return reply_nothing(request);
    if (request->head) /* the library would send the last chunk of a content of unknown length */
        return reply_bytes(request, MHD_HTTP_OK, "text/event-stream", strdup(""), 0);
    if (atomic_fetch_add(&request->http->streams, 1) >= WAITERS_STREAMS_MAX) {
        atomic_fetch_sub(&request->http->streams, 1);
        return reply_problem_with(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                                  MHD_HTTP_HEADER_RETRY_AFTER, "5",
                                  "Too many clients follow builds already (%d); ask again in a few "
                                  "seconds, or poll the build.",
                                  WAITERS_STREAMS_MAX);
    }
    events->open = true;
    events->out = ASSAY_BUF(EVENT_MAX);
    events->told = assay_clock_ms() - EVERY_MS;
    return stream(request);
}
