/* /api/v1/targets/{target}/channels/{channel}: which release a channel points to, and who made it.
 */
#include <string.h>

#include "reply.h"
#include "routes.h"

#define HISTORY_DEFAULT 50
#define HISTORY_MAX 500

static bool is_channel(const char *name)
{
    return strcmp(name, "dev") == 0 || strcmp(name, "nightly") == 0 || strcmp(name, "stable") == 0;
}

static enum MHD_Result no_such(struct request *request)
{
    return reply_problem(request, MHD_HTTP_NOT_FOUND,
                         "There is no channel %s of a target %s; the channels are dev, nightly and "
                         "stable.",
                         request->params[1], request->params[0]);
}

enum MHD_Result channels_set(struct request *request)
{
    _cleanup_json_ json_t *body = NULL, *release = NULL;
    struct channel_act act = {.target = request->params[0],
                              .channel = request->params[1],
                              .act = "promote",
                              .by = request->who};
    struct assay_error err = {0};
    int64_t id;
    int r;

    if (!config_target(request->app->config, act.target) || !is_channel(act.channel))
        return no_such(request);
    if (request_json(request, "api-channel", &body, &err) < 0)
        return reply_error(request, &err);
    id = assay_json_int(body, "release", 0);
    act.reason = assay_json_string(body, "reason", "");
    if (assay_json_bool(body, "rollback", false))
        act.act = "rollback";
    if ((id == 0) != (strcmp(act.act, "rollback") == 0))
        return reply_problem(request, MHD_HTTP_UNPROCESSABLE_CONTENT,
                             "Give either a release, or rollback as true.");
    r = store_channel_set(request->app->store, &act, id, &id, &err);
    if (r == 0)
        r = store_release_json(request->app->store, id, &release, &err);
    return r < 0 ? reply_error(request, &err)
                 : reply_json(request, MHD_HTTP_OK, ASSAY_TAKE(release));
}

enum MHD_Result channels_history(struct request *request)
{
    struct assay_error err = {0};
    json_t *list = NULL;
    int64_t limit;

    if (!config_target(request->app->config, request->params[0]) || !is_channel(request->params[1]))
        return no_such(request);
    if (request_query_int(request, "limit", 1, HISTORY_MAX, HISTORY_DEFAULT, &limit, &err) < 0)
        return reply_problem(request, MHD_HTTP_BAD_REQUEST, "%s", err.text);
    if (store_channel_history(request->app->store, request->params[0], request->params[1],
                              (int)limit, &list, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, list);
}
