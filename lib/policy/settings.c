#include "policy/settings.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "checks/checks.h"
#include "policy/suggest.h"
#include "scan/finding.h"

/* Ids that are no rule and no check: the places the walk could not read (enum unread_reason, and
 * what the auditor says of itself) and the kinds of identities. They can be locked. "unaudited.*"
 * stands for the reasons that are named after the rule that met its limit. */
static const struct {
    const char *id, *class;
} fixed[] = {
    {"unaudited.*", "unaudited"},
    {"unaudited.corrupt", "unaudited"},
    {"unaudited.unsupported", "unaudited"},
    {"unaudited.encrypted", "unaudited"},
    {"unaudited.budget", "unaudited"},
    {"unaudited.refused", "unaudited"},
    {"unaudited.empty", "unaudited"},
    {"unaudited.unknown", "unaudited"},
    {"unaudited.worker", "unaudited"},
    {"identity.name", "identity"},
    {"identity.username", "identity"},
    {"identity.email", "identity"},
    {"identity.hostname", "identity"},
    {"identity.domain", "identity"},
    {"identity.employee-id", "identity"},
    {"identity.phone", "identity"},
    {"identity.key-fingerprint", "identity"},
    {"identity.sid", "identity"},
    {"identity.mac-address", "identity"},
    {"identity.machine-id", "identity"},
};

/* One setting on its way into one item of the catalogue. */
struct change {
    const struct policy_layer *layer;
    size_t level;
    const char *key; /* as the layer writes it */
    const char *id;  /* what it matches */
    const json_t *setting;
    const json_t *block;
};

int policy_settings_add(json_t *catalogue, const char *id, const char *class, const char *severity)
{
    json_t *item =
        json_pack("{s:s, s:b, s:s*}", "class", class, "enabled", 1, "severity", severity);

    return json_object_set_new(catalogue, id, item) < 0 ? -ENOMEM : 0;
}

int policy_settings_add_builtin(json_t *catalogue, struct assay_error *err)
{
    _cleanup_json_ json_t *checks = checks_json();
    size_t i;
    json_t *check;
    int r = checks ? 0 : -ENOMEM;

    json_array_foreach(checks, i, check)
    {
        if (r == 0)
            r = policy_settings_add(catalogue, assay_json_string(check, "id", ""),
                                    assay_json_string(check, "class", ""),
                                    assay_json_string(check, "severity", "high"));
    }
    for (i = 0; r == 0 && i < sizeof(fixed) / sizeof(*fixed); i++)
        r = policy_settings_add(catalogue, fixed[i].id, fixed[i].class, NULL);
    if (r == 0)
        r = policy_settings_add(catalogue, POLICY_DOMAINS, "personal", "low");
    return r < 0 ? assay_error_set(err, -r, "out of memory while loading the policy") : 0;
}

static bool is_family(const char *key)
{
    size_t len = strlen(key);

    return len > 2 && strcmp(key + len - 2, ".*") == 0;
}

/* "family.*" is for all ids that begin so, and "class.*" for all of the class: "secret.*" for every
 * rule there is. */
static bool key_matches(const char *key, const char *id, const json_t *item)
{
    const char *class = assay_json_string(item, "class", "");
    size_t len = strlen(key) - 2;

    if (!is_family(key))
        return strcmp(key, id) == 0;
    return strncmp(key, id, len + 1) == 0 ||
           (strlen(class) == len && strncmp(key, class, len) == 0);
}

static int refuse_locked(const struct change *c, const json_t *item, const char *what,
                         struct assay_error *err)
{
    const char *owner = assay_json_string(json_object_get(item, "lock"), "layer", "?");

    return assay_error_set(err, EINVAL,
                           "%s: rules.%s: the layer \"%s\" %s %s, which the layer \"%s\" below it "
                           "locked (severity %s); take the key out, or ask who owns \"%s\" to "
                           "unlock it",
                           c->layer->path, c->key, policy_layers_name(c->layer), what, c->id, owner,
                           assay_json_string(item, "severity", "not settable"), owner);
}

/* Looks for what the change would loosen. */
static int check_lock(const struct change *c, const json_t *item, struct assay_error *err)
{
    const json_t *lock = json_object_get(item, "lock");
    enum severity now = SEVERITY_CRITICAL, then = SEVERITY_CRITICAL;

    if (!lock || (size_t)assay_json_int(lock, "level", 0) >= c->level)
        return 0;
    if (!assay_json_bool(c->setting, "locked", true))
        return refuse_locked(c, item, "unlocks", err);
    if (!assay_json_bool(c->setting, "enabled", true) && assay_json_bool(item, "enabled", true))
        return refuse_locked(c, item, "disables", err);
    severity_parse(assay_json_string(item, "severity", "critical"), &now);
    severity_parse(assay_json_string(c->setting, "severity", severity_name(now)), &then);
    return then < now ? refuse_locked(c, item, "lowers", err) : 0;
}

static int set_lock(const struct change *c, json_t *item)
{
    const char *block = assay_json_string(c->block, assay_json_string(item, "class", ""), "info");

    if (json_object_get(item, "lock"))
        return 0;
    return json_object_set_new(item, "lock",
                               json_pack("{s:s, s:I, s:s}", "layer", policy_layers_name(c->layer),
                                         "level", (json_int_t)c->level, "block", block));
}

static int set_by(const struct change *c, json_t *item, const char *key, const char *by,
                  json_t *value)
{
    if (!value)
        return 0;
    return json_object_set(item, key, value) |
           json_object_set_new(item, by, json_string(policy_layers_name(c->layer)));
}

static int apply_one(const struct change *c, json_t *item, struct assay_error *err)
{
    json_t *severity = json_object_get(c->setting, "severity");
    json_t *enabled = json_object_get(c->setting, "enabled");
    int r = check_lock(c, item, err);

    if (r < 0)
        return r;
    if ((severity || enabled) && !json_object_get(item, "severity"))
        return assay_error_set(err, EINVAL,
                               "%s: rules.%s: %s has no severity and cannot be turned off here, "
                               "only locked; set \"block\", \"allow_unaudited\" or the identity's "
                               "own severity",
                               c->layer->path, c->key, c->id);
    r |= set_by(c, item, "severity", "severity_by", severity);
    r |= set_by(c, item, "enabled", "enabled_by", enabled);
    if (assay_json_bool(c->setting, "locked", false))
        r |= set_lock(c, item);
    return r ? assay_error_set(err, ENOMEM, "out of memory while loading the policy") : 0;
}

static int refuse_unknown(const struct change *c, const json_t *catalogue, struct assay_error *err)
{
    char near[NEAREST_LENGTH + 3];

    policy_suggest(c->key, catalogue, near, sizeof(near));
    if (near[0])
        return assay_error_set(err, EINVAL,
                               "%s: rules.%s: no rule or check is called so; did you mean \"%s\"?",
                               c->layer->path, c->key, near);
    return assay_error_set(err, EINVAL,
                           "%s: rules.%s: no rule or check is called so; write an id as reports "
                           "show it, or \"family.*\"",
                           c->layer->path, c->key);
}

static int apply_key(struct change *c, json_t *catalogue, struct assay_error *err)
{
    bool found = false;
    json_t *item;

    json_object_foreach(catalogue, c->id, item)
    {
        int r;

        if (!key_matches(c->key, c->id, item))
            continue;
        found = true;
        r = apply_one(c, item, err);
        if (r < 0)
            return r;
    }
    return found ? 0 : refuse_unknown(c, catalogue, err);
}

int policy_settings_apply(const struct policy_layer *layer, size_t level, const json_t *block,
                          json_t *catalogue, struct assay_error *err)
{
    json_t *rules = json_object_get(layer->doc, "rules"), *setting;
    const char *key;

    for (int families = 1; families >= 0; families--) {
        json_object_foreach(rules, key, setting)
        {
            struct change c = {layer, level, key, NULL, setting, block};
            int r;

            if (is_family(key) != families)
                continue;
            r = apply_key(&c, catalogue, err);
            if (r < 0)
                return r;
        }
    }
    return 0;
}
