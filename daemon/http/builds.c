/* /api/v1/builds: queue, list, watch, cancel and retry builds. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "build/runner.h"
#include "reply.h"
#include "routes.h"
#include "server.h"

#define LIST_DEFAULT 50
#define LIST_MAX 500
#define WAIT_MAX 60 /* seconds; proxies give up on a silent answer after this, as a rule */
#define KEY_MAX 128 /* characters of an Idempotency-Key */

static enum MHD_Result reply_build(struct request *request, unsigned status, int64_t id)
{
    struct assay_error err = {0};
    char location[64];
    json_t *json = NULL;

    if (store_build_json(request->app->store, id, &json, &err) < 0)
        return reply_error(request, &err);
    snprintf(location, sizeof(location), "/api/v1/builds/%" PRId64, id);
    return reply_json_at(request, status, json, status == MHD_HTTP_ACCEPTED ? location : NULL);
}

/* Queues and answers 202 with the build; a key that was used before gives the build it made. */
static enum MHD_Result queue(struct request *request, const char *target, const char *bypass)
{
    const char *key = request_header(request, "Idempotency-Key");
    struct app *app = request->app;
    struct assay_error err = {0};
    struct build build;
    int64_t id;
    bool new;

    if (key && (strlen(key) == 0 || strlen(key) > KEY_MAX))
        return reply_problem(request, MHD_HTTP_BAD_REQUEST,
                             "The Idempotency-Key has %zu characters; send 1 to %d.", strlen(key),
                             KEY_MAX);
    if (store_build_create(app->store, target, request->who, bypass, key, &id, &new, &err) < 0)
        return reply_error(request, &err);
    if (new && app->runner)
        runner_wake(app->runner);
    if (!new) {
        if (store_build_get(app->store, id, &build, &err) < 0)
            return reply_error(request, &err);
        if (strcmp(build.target, target) != 0 || strcmp(build.bypass, bypass ? bypass : "") != 0)
            return reply_problem(request, MHD_HTTP_UNPROCESSABLE_CONTENT,
                                 "This Idempotency-Key was used for build %" PRId64
                                 ", which was another request; send a new key.",
                                 id);
    }
    return reply_build(request, MHD_HTTP_ACCEPTED, id);
}

enum MHD_Result builds_create(struct request *request)
{
    _cleanup_json_ json_t *body = NULL;
    struct assay_error err = {0};
    const char *target, *bypass;

    if (request_json(request, "api-build", &body, &err) < 0)
        return reply_error(request, &err);
    target = assay_json_string(body, "target", "");
    bypass = assay_json_string(body, "bypass", NULL);
    if (!config_target(request->app->config, target))
        return targets_unknown(request, target);
    if (bypass && request->role < ROLE_APPROVE)
        return reply_problem(request, MHD_HTTP_FORBIDDEN,
                             "A bypass needs the role \"approve\"; the token \"%s\" has \"%s\". "
                             "Leave \"bypass\" out, or ask somebody who may approve.",
                             request->who, role_name(request->role));
    return queue(request, target, bypass);
}

enum MHD_Result builds_list(struct request *request)
{
    const char *state = request_query(request, "state");
    struct assay_error err = {0};
    enum build_state parsed;
    int64_t before, limit;
    json_t *list = NULL;

    if (request_query_int(request, "before", 0, INT64_MAX, 0, &before, &err) < 0 ||
        request_query_int(request, "limit", 1, LIST_MAX, LIST_DEFAULT, &limit, &err) < 0)
        return reply_problem(request, MHD_HTTP_BAD_REQUEST, "%s", err.text);
    if (state && build_state_parse(state, &parsed) < 0)
        return reply_problem(request, MHD_HTTP_BAD_REQUEST,
                             "There is no state \"%.32s\"; known are queued, building, assembling, "
                             "auditing, signing, published, rejected, failed, canceled.",
                             state);
    if (store_builds_json(request->app->store, request_query(request, "target"), state, before,
                          (int)limit, &list, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, list);
}

static bool is_final(const json_t *build)
{
    enum build_state state;

    return build_state_parse(assay_json_string(build, "state", ""), &state) < 0 ||
           build_state_final(state);
}

/* With ?wait=S the answer comes as soon as the build's revision is not ?revision=N (without it:
 * the one it has now) or its state is final, and after S seconds at the latest. */
enum MHD_Result builds_get(struct request *request)
{
    struct waiters *waiters = request->http->waiters;
    int64_t id = request_id(request, 0), wait, revision;
    _cleanup_json_ json_t *build = NULL;
    struct assay_error err = {0};

    if (request_query_int(request, "wait", 0, WAIT_MAX, 0, &wait, &err) < 0 ||
        request_query_int(request, "revision", 0, INT64_MAX, -1, &revision, &err) < 0)
        return reply_problem(request, MHD_HTTP_BAD_REQUEST, "%s", err.text);
    if (request->head || request->waiter.waited)
        wait = 0;
    if (wait > 0 && waiters_enlist(waiters, &request->waiter, WAITER_POLL, request->connection, id,
                                   (uint64_t)wait * 1000) < 0)
        return reply_problem_with(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                                  MHD_HTTP_HEADER_RETRY_AFTER, "5",
                                  "Too many requests wait for builds already (%d); ask again in a "
                                  "few seconds, or without \"wait\".",
                                  WAITERS_MAX);
    if (store_build_json(request->app->store, id, &build, &err) < 0) {
        waiters_leave(waiters, &request->waiter);
        return reply_error(request, &err);
    }
    if (wait > 0 && !is_final(build) &&
        (revision < 0 || revision == assay_json_int(build, "revision", 0))) {
        if (waiters_suspend(waiters, &request->waiter))
            return MHD_YES;
        return builds_get(request);
    }
    waiters_leave(waiters, &request->waiter);
    return reply_json(request, MHD_HTTP_OK, ASSAY_TAKE(build));
}

enum MHD_Result builds_cancel(struct request *request)
{
    int64_t id = request_id(request, 0);
    struct assay_error err = {0};

    if (store_build_cancel(request->app->store, id, &err) < 0)
        return reply_error(request, &err);
    if (request->app->runner)
        runner_wake(request->app->runner);
    return reply_build(request, MHD_HTTP_OK, id);
}

/* A new build of the same target. A bypass is not carried over: it was granted for that build. */
enum MHD_Result builds_retry(struct request *request)
{
    int64_t id = request_id(request, 0);
    struct assay_error err = {0};
    struct build build;

    if (store_build_get(request->app->store, id, &build, &err) < 0)
        return reply_error(request, &err);
    if (!build_state_final(build.state))
        return reply_problem(request, MHD_HTTP_CONFLICT,
                             "Build %" PRId64 " is still %s; wait for it or cancel it first.", id,
                             build_state_name(build.state));
    if (!config_target(request->app->config, build.target))
        return targets_unknown(request, build.target);
    return queue(request, build.target, NULL);
}
