/* /api/v1/releases: what was published. */
#include "reply.h"
#include "routes.h"

#define LIST_DEFAULT 50
#define LIST_MAX 500

enum MHD_Result releases_list(struct request *request)
{
    struct assay_error err = {0};
    json_t *list = NULL;
    int64_t limit;

    if (request_query_int(request, "limit", 1, LIST_MAX, LIST_DEFAULT, &limit, &err) < 0)
        return reply_problem(request, MHD_HTTP_BAD_REQUEST, "%s", err.text);
    if (store_releases_json(request->app->store, request_query(request, "target"), (int)limit,
                            &list, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, list);
}

enum MHD_Result releases_get(struct request *request)
{
    struct assay_error err = {0};
    json_t *json = NULL;

    if (store_release_json(request->app->store, request_id(request, 0), &json, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, json);
}

enum MHD_Result releases_revoke(struct request *request)
{
    _cleanup_json_ json_t *body = NULL, *release = NULL;
    struct assay_error err = {0};
    int64_t id = request_id(request, 0);
    int r;

    if (request_json(request, "api-revoke", &body, &err) < 0)
        return reply_error(request, &err);
    r = store_release_revoke(request->app->store, id, request->who,
                             assay_json_string(body, "reason", ""), &err);
    if (r == 0)
        r = store_release_json(request->app->store, id, &release, &err);
    return r < 0 ? reply_error(request, &err)
                 : reply_json(request, MHD_HTTP_OK, ASSAY_TAKE(release));
}
