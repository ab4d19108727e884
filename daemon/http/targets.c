/* /api/v1/targets: what the configuration builds, and where each stands. */
#include <errno.h>

#include "reply.h"
#include "routes.h"

/* {"name", "kind", "flake", "attribute", "file", "policy": name, "channels": {...},
 *  "build": the newest build or null} */
static int target_json(struct app *app, const struct target *target, json_t **ret,
                       struct assay_error *err)
{
    _cleanup_json_ json_t *channels = NULL, *builds = NULL;
    json_t *newest;
    int r;

    r = store_channels_json(app->store, target->name, &channels, err);
    if (r == 0)
        r = store_builds_json(app->store, target->name, NULL, 0, 1, &builds, err);
    if (r < 0)
        return r;
    newest = json_array_get(builds, 0);
    *ret = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:O, s:O?}", "name", target->name, "kind",
                     target->tarball ? "tarball" : "image", "flake", target->flake, "attribute",
                     target->attribute, "file", target->file[0] ? target->file : NULL, "policy",
                     assay_json_string(target->policy, "name", NULL), "channels", channels, "build",
                     newest);
    return *ret ? 0 : assay_error_set(err, ENOMEM, "out of memory");
}

enum MHD_Result targets_list(struct request *request)
{
    const struct config *config = request->app->config;
    _cleanup_json_ json_t *list = json_array();
    struct assay_error err = {0};

    for (size_t i = 0; i < config->n_targets; i++) {
        json_t *json = NULL;

        if (target_json(request->app, &config->targets[i], &json, &err) < 0)
            return reply_error(request, &err);
        if (json_array_append_new(list, json) < 0)
            return MHD_NO;
    }
    return reply_json(request, MHD_HTTP_OK, ASSAY_TAKE(list));
}

enum MHD_Result targets_unknown(struct request *request, const char *name)
{
    const struct config *config = request->app->config;
    _cleanup_buf_ struct assay_buf known = ASSAY_BUF(512);

    /* More names than fit in a sentence are left out; the list of targets has them all. */
    for (size_t i = 0; i < config->n_targets; i++)
        if (assay_buf_printf(&known, "%s%s", i ? ", " : "", config->targets[i].name) < 0)
            break;
    return reply_problem(request, MHD_HTTP_NOT_FOUND,
                         "There is no target \"%.64s\"; known are: %s.", name,
                         config->n_targets ? assay_buf_str(&known) : "none");
}

enum MHD_Result targets_get(struct request *request)
{
    const struct target *target = config_target(request->app->config, request->params[0]);
    struct assay_error err = {0};
    json_t *json = NULL;

    if (!target)
        return targets_unknown(request, request->params[0]);
    if (target_json(request->app, target, &json, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, json);
}
