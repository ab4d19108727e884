/* /api/v1/waivers: findings that a person accepts until a day. They stand above all layers of a
 * policy, so that what a layer locked is not waived by them. */
#include <string.h>

#include <assay/clock.h>

#include "reply.h"
#include "routes.h"

enum MHD_Result waivers_list(struct request *request)
{
    struct assay_error err = {0};
    json_t *list = NULL;

    if (store_waivers_json(request->app->store, request_query(request, "target"), &list, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, list);
}

enum MHD_Result waivers_create(struct request *request)
{
    _cleanup_json_ json_t *body = NULL;
    struct assay_error err = {0};
    char today[ASSAY_CLOCK_ISO];
    const char *target, *expires, *print;

    if (request_json(request, "api-waiver", &body, &err) < 0)
        return reply_error(request, &err);
    target = assay_json_string(body, "target", "");
    expires = assay_json_string(body, "expires", "");
    print = assay_json_string(body, "fingerprint", "");
    assay_clock_iso(assay_clock_unix(), today);
    if (strncmp(expires, today, strlen(expires)) < 0)
        return reply_problem(request, MHD_HTTP_UNPROCESSABLE_CONTENT,
                             "expires is %s, which is past: give the last day on which the waiver "
                             "is to count.",
                             expires);
    if (*target && !config_target(request->app->config, target))
        return reply_problem(request, MHD_HTTP_NOT_FOUND, "There is no target named %s.", target);
    if (store_waiver_put(request->app->store, print, target, assay_json_string(body, "reason", ""),
                         request->who, expires, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_CREATED,
                      json_pack("{s:s, s:o, s:O, s:s, s:s}", "fingerprint", print, "target",
                                *target ? json_string(target) : json_null(), "reason",
                                json_object_get(body, "reason"), "by", request->who, "expires",
                                expires));
}

enum MHD_Result waivers_remove(struct request *request)
{
    const char *target = request_query(request, "target");
    struct assay_error err = {0};

    if (store_waiver_remove(request->app->store, request->params[0], target ? target : "", &err) <
        0)
        return reply_error(request, &err);
    return reply_nothing(request);
}
