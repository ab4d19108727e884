#include "policy/exceptions.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "policy/suggest.h"

/* The checks that the limits belong to. A bigger number is a looser limit. */
static const struct {
    const char *limit, *check;
} limited[] = {
    {"image_size", "hygiene.image-size"},
    {"expired_ca_percent", "hygiene.ca-expired"},
};

/* The layer that locked the check below `level`, or NULL. */
static const char *locked_by(const json_t *catalogue, const char *check, size_t level)
{
    const json_t *lock = json_object_get(json_object_get(catalogue, check), "lock");

    if (!lock || (size_t)assay_json_int(lock, "level", 0) >= level)
        return NULL;
    return assay_json_string(lock, "layer", "?");
}

static int refuse_unknown(const struct policy_layer *layer, size_t i, const char *check,
                          const json_t *catalogue, struct assay_error *err)
{
    char near[NEAREST_LENGTH + 3];

    policy_suggest(check, catalogue, near, sizeof(near));
    return assay_error_set(err, EINVAL,
                           "%s: exceptions[%zu].check: no check is called \"%s\"%s%s%s",
                           layer->path, i, check, near[0] ? "; did you mean \"" : "", near,
                           near[0] ? "\"?" : "; see the README's table");
}

static int check_exception(const struct policy_layer *layer, size_t level, size_t i,
                           const json_t *catalogue, struct assay_error *err)
{
    const json_t *exception = json_array_get(json_object_get(layer->doc, "exceptions"), i);
    const char *check = assay_json_string(exception, "check", "");
    const json_t *item = json_object_get(catalogue, check);
    const char *owner = locked_by(catalogue, check, level);

    if (!json_object_get(item, "severity") ||
        strcmp(assay_json_string(item, "class", ""), "secret") == 0)
        return refuse_unknown(layer, i, check, catalogue, err);
    if (!json_object_get(exception, "path") && !json_object_get(exception, "value"))
        return assay_error_set(err, EINVAL,
                               "%s: exceptions[%zu]: an exception needs a \"path\" or a \"value\"; "
                               "to turn the check off, set rules.%s.enabled to false",
                               layer->path, i, check);
    if (owner)
        return assay_error_set(err, EINVAL,
                               "%s: exceptions[%zu]: the layer \"%s\" below it locked %s; take the "
                               "exception out, or ask who owns \"%s\" for it",
                               layer->path, i, owner, check, owner);
    return 0;
}

static int set_limit(const struct policy_layer *layer, size_t level, const char *name,
                     json_t *value, const json_t *catalogue, json_t *limits,
                     struct assay_error *err)
{
    const json_t *old = json_object_get(limits, name);

    for (size_t i = 0; old && i < sizeof(limited) / sizeof(*limited); i++) {
        const char *owner = locked_by(catalogue, limited[i].check, level);

        if (owner && strcmp(limited[i].limit, name) == 0 &&
            json_integer_value(value) > json_integer_value(old))
            return assay_error_set(err, EINVAL,
                                   "%s: limits.%s: the layer \"%s\" below it locked %s, so that it "
                                   "cannot be raised above %" JSON_INTEGER_FORMAT,
                                   layer->path, name, owner, limited[i].check,
                                   json_integer_value(old));
    }
    if (json_object_set(limits, name, value) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while loading the policy");
    return 0;
}

int policy_exceptions_apply(const struct policy_layer *layer, size_t level, const json_t *catalogue,
                            json_t *limits, struct assay_error *err)
{
    const json_t *exceptions = json_object_get(layer->doc, "exceptions");
    const char *name;
    json_t *value;
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(exceptions); i++)
        r = check_exception(layer, level, i, catalogue, err);
    json_object_foreach(json_object_get(layer->doc, "limits"), name, value)
    {
        if (r == 0)
            r = set_limit(layer, level, name, value, catalogue, limits, err);
    }
    return r;
}
