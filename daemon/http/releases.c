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
