#include "policy/resolve.h"

#include <errno.h>
#include <string.h>

#include "policy/settings.h"
#include "scan/rules.h"

/* The rules that are on, each with its final severity. NULL when memory ran out. */
static json_t *final_rules(const struct policy_merge *merge)
{
    _cleanup_json_ json_t *rules = json_array();
    size_t i;
    json_t *rule;

    json_array_foreach(merge->rules, i, rule)
    {
        const json_t *item = json_object_get(merge->catalogue, assay_json_string(rule, "id", ""));
        json_t *copy;

        if (!assay_json_bool(item, "enabled", true))
            continue;
        copy = json_copy(rule);
        if (json_array_append_new(rules, copy) < 0 ||
            json_object_set(copy, "severity", json_object_get(item, "severity")) < 0)
            return NULL;
    }
    return ASSAY_TAKE(rules);
}

/* Whether a class is one of rules. */
static bool is_of_rules(const char *class)
{
    return strcmp(class, "secret") == 0 || strcmp(class, "personal") == 0;
}

/* {id: {severity, enabled}} of what is a check: what has a severity and is no rule. */
static json_t *final_checks(const struct policy_merge *merge)
{
    _cleanup_json_ json_t *checks = json_object();
    const char *id;
    json_t *item;

    json_object_foreach(merge->catalogue, id, item)
    {
        json_t *severity = json_object_get(item, "severity");

        if (!severity || is_of_rules(assay_json_string(item, "class", "")))
            continue;
        if (json_object_set_new(checks, id,
                                json_pack("{s:O, s:O}", "severity", severity, "enabled",
                                          json_object_get(item, "enabled"))) < 0)
            return NULL;
    }
    return ASSAY_TAKE(checks);
}

static json_t *final_locks(const struct policy_merge *merge)
{
    _cleanup_json_ json_t *locks = json_object();
    const char *id;
    json_t *item;

    json_object_foreach(merge->catalogue, id, item)
    {
        json_t *lock = json_object_get(item, "lock");

        if (lock && json_object_set(locks, id, lock) < 0)
            return NULL;
    }
    return ASSAY_TAKE(locks);
}

/* What layers set of rules and checks, with the layers' names. */
static json_t *final_settings(const struct policy_merge *merge)
{
    static const char *const keys[][2] = {{"severity", "severity_by"}, {"enabled", "enabled_by"}};
    _cleanup_json_ json_t *settings = json_object();
    const char *id;
    json_t *item;

    json_object_foreach(merge->catalogue, id, item)
    {
        _cleanup_json_ json_t *set = json_object();
        int r = set ? 0 : -1;

        for (size_t i = 0; r == 0 && i < 2; i++)
            if (json_object_get(item, keys[i][1]))
                r = json_object_set(set, keys[i][0], json_object_get(item, keys[i][0])) |
                    json_object_set(set, keys[i][1], json_object_get(item, keys[i][1]));
        if (r == 0 && json_object_size(set) > 0)
            r = json_object_set(settings, id, set);
        if (r < 0)
            return NULL;
    }
    return ASSAY_TAKE(settings);
}

static json_t *final_identities(const struct policy_merge *merge)
{
    const json_t *item = json_object_get(merge->catalogue, POLICY_DOMAINS);
    _cleanup_json_ json_t *identities = json_array();
    const char *key;
    json_t *identity;

    json_object_foreach(merge->identities, key, identity)
    {
        if (json_array_append(identities, identity) < 0)
            return NULL;
    }
    json_object_foreach(merge->domains, key, identity)
    {
        if (assay_json_bool(item, "enabled", true) &&
            json_array_append_new(identities,
                                  json_pack("{s:s, s:s, s:O, s:O}", "kind", "email-domain", "value",
                                            key, "severity", json_object_get(item, "severity"),
                                            "layer", identity)) < 0)
            return NULL;
    }
    return ASSAY_TAKE(identities);
}

/* [{from, severity, layer}] */
static json_t *final_harvest(const struct policy_merge *merge)
{
    _cleanup_json_ json_t *list = json_array();
    const char *from;
    json_t *one;

    json_object_foreach(merge->harvest, from, one)
    {
        if (json_array_append(list, one) < 0)
            return NULL;
    }
    return ASSAY_TAKE(list);
}

/* [{name, digest}] from the lowest layer up. */
static json_t *layer_list(const struct policy_layers *layers)
{
    _cleanup_json_ json_t *list = json_array();

    for (size_t i = layers->n; i-- > 0;) {
        const struct policy_layer *layer = &layers->layer[i];

        if (json_array_append_new(list, json_pack("{s:s, s:s}", "name", policy_layers_name(layer),
                                                  "digest", layer->digest)) < 0)
            return NULL;
    }
    return ASSAY_TAKE(list);
}

/* Covers the layers, by their digests, and every rule as its file holds it. */
static int policy_digest(const struct policy_merge *merge, const json_t *layers,
                         char ret[ASSAY_SHA256_HEX])
{
    _cleanup_json_ json_t *all = json_pack("{s:O, s:O}", "layers", layers, "rules", merge->rules);

    return all ? policy_layers_digest(all, ret) : -ENOMEM;
}

int policy_resolve(const struct policy_merge *merge, const struct policy_layers *layers,
                   json_t **ret, struct assay_error *err)
{
    _cleanup_json_ json_t *rules = final_rules(merge), *list = layer_list(layers), *policy = NULL;
    char digest[ASSAY_SHA256_HEX], rules_sum[ASSAY_SHA256_HEX];
    int r;

    if (!rules || !list || policy_digest(merge, list, digest) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while loading the policy");
    r = rules_digest(rules, rules_sum, err);
    if (r < 0)
        return r;
    policy = json_pack("{s:s, s:s, s:s, s:O, s:O, s:s, s:o, s:o, s:o, s:O, s:O, s:O, s:O, s:O,"
                       " s:O, s:O, s:O, s:o, s:O, s:o}",              /**/
                       "schema", "assay.policy.resolved/1",           /**/
                       "name", policy_layers_name(&layers->layer[0]), /**/
                       "digest", digest,                              /**/
                       "layers", list,                                /**/
                       "rules", rules,                                /**/
                       "rules_digest", rules_sum,                     /**/
                       "checks", final_checks(merge),                 /**/
                       "identities", final_identities(merge),         /**/
                       "locked", final_locks(merge),                  /**/
                       "block", merge->block,                         /**/
                       "allow_unaudited", merge->allow_unaudited,     /**/
                       "waivers", merge->waivers,                     /**/
                       "trusted_keys", merge->trusted_keys,           /**/
                       "budget", merge->budget,                       /**/
                       "exceptions", merge->exceptions,               /**/
                       "limits", merge->limits,                       /**/
                       "unfree_packages", merge->unfree_packages,     /**/
                       "settings", final_settings(merge),             /**/
                       "sources", merge->sources,                     /**/
                       "harvest", final_harvest(merge));
    if (!policy)
        return assay_error_set(err, ENOMEM, "out of memory while loading the policy");
    *ret = ASSAY_TAKE(policy);
    return 0;
}
