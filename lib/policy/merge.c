#include "policy/merge.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "nix/signature.h"
#include "policy/exceptions.h"
#include "policy/settings.h"
#include "scan/finding.h"
#include "scan/rules.h"

static int no_memory(struct assay_error *err)
{
    return assay_error_set(err, ENOMEM, "out of memory while loading the policy");
}

/* Makes the rules from index `from` on known to the catalogue. */
static int add_rules(struct policy_merge *merge, size_t from, struct assay_error *err)
{
    for (size_t i = from; i < json_array_size(merge->rules); i++) {
        const json_t *rule = json_array_get(merge->rules, i);

        if (policy_settings_add(merge->catalogue, assay_json_string(rule, "id", ""),
                                assay_json_string(rule, "class", "secret"),
                                assay_json_string(rule, "severity", "high")) < 0)
            return no_memory(err);
    }
    return 0;
}

int policy_merge_start(struct policy_merge *merge, struct assay_error *err)
{
    int r;

    merge->catalogue = json_object();
    merge->identities = json_object();
    merge->harvest = json_object();
    merge->domains = json_object();
    merge->block = json_object();
    merge->allow_unaudited = json_array();
    merge->waivers = json_array();
    merge->trusted_keys = json_array();
    merge->budget = json_object();
    merge->sources = json_pack("{s:{}, s:{}, s:{}}", "block", "budget", "limits");
    merge->exceptions = json_array();
    merge->limits = json_object();
    merge->unfree_packages = json_array();
    if (!merge->catalogue || !merge->identities || !merge->harvest || !merge->domains ||
        !merge->block || !merge->allow_unaudited || !merge->waivers || !merge->trusted_keys ||
        !merge->budget || !merge->sources || !merge->exceptions || !merge->limits ||
        !merge->unfree_packages)
        return no_memory(err);
    r = rules_builtin(&merge->rules, err);
    if (r == 0)
        r = add_rules(merge, 0, err);
    if (r == 0)
        r = policy_settings_add_builtin(merge->catalogue, err);
    return r;
}

static int load_rule_file(struct policy_merge *merge, const struct policy_layer *layer,
                          const char *name, struct assay_error *err)
{
    _cleanup_free_ char *path = policy_layers_relative(layer, name);
    _cleanup_json_ json_t *file = NULL;
    size_t before = json_array_size(merge->rules);
    int r;

    if (!path)
        return no_memory(err);
    r = assay_json_load(path, POLICY_FILE_MAX, &file, err);
    if (r == 0)
        r = rules_append(merge->rules, file, path, err);
    if (r < 0)
        return assay_error_prefix(err, "%s: rule_files", layer->path);
    return add_rules(merge, before, err);
}

/* Notes where identities are to be taken from; as with those named, the worse severity stays. */
static int add_sources(struct policy_merge *merge, const struct policy_layer *layer,
                       const json_t *identity)
{
    const char *severity = assay_json_string(identity, "severity", "high");
    enum severity now = SEVERITY_HIGH, was;
    size_t i;
    json_t *from;

    severity_parse(severity, &now);
    json_array_foreach(json_object_get(identity, "from"), i, from)
    {
        const json_t *old = json_object_get(merge->harvest, json_string_value(from));

        if (old && severity_parse(assay_json_string(old, "severity", ""), &was) == 0 && was >= now)
            continue;
        if (json_object_set_new(merge->harvest, json_string_value(from),
                                json_pack("{s:O, s:s, s:s}", "from", from, "severity", severity,
                                          "layer", policy_layers_name(layer))) < 0)
            return -1;
    }
    return 0;
}

/* An identity that is there already keeps the worse of both severities: no layer above can make
 * light of it. */
static int add_identity(struct policy_merge *merge, const struct policy_layer *layer,
                        const json_t *identity)
{
    const char *kind = assay_json_string(identity, "kind", "");
    const char *value = assay_json_string(identity, "value", "");
    const char *severity = assay_json_string(identity, "severity", "high");
    enum severity now = SEVERITY_HIGH, was;
    const json_t *old;
    char key[320];

    if (json_object_get(identity, "from"))
        return add_sources(merge, layer, identity);
    snprintf(key, sizeof(key), "%s:%s", kind, value);
    for (char *p = key; *p; p++)
        if ((unsigned char)*p < 0x80)
            *p = (char)tolower((unsigned char)*p);
    old = json_object_get(merge->identities, key);
    severity_parse(severity, &now);
    if (old && severity_parse(assay_json_string(old, "severity", ""), &was) == 0 && was >= now)
        return 0;
    return json_object_set_new(merge->identities, key,
                               json_pack("{s:s, s:s, s:s, s:s}", "kind", kind, "value", value,
                                         "severity", severity, "layer", policy_layers_name(layer)));
}

/* Appends copies of the layer's `key` to `array`, each with what `extra` holds; `extra` is taken
 * over. */
static int add_all(json_t *array, const struct policy_layer *layer, const char *key, json_t *extra)
{
    int r = extra ? 0 : -1;
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(layer->doc, key), i, one)
    {
        json_t *copy = json_copy(one);

        if (r < 0 || !copy || json_object_update(copy, extra) < 0) {
            json_decref(copy);
            r = -1;
            break;
        }
        r = json_array_append_new(array, copy);
    }
    json_decref(extra);
    return r;
}

/* Notes that the layer set each key of its own `section`. */
static int note_sources(struct policy_merge *merge, const struct policy_layer *layer,
                        const char *section)
{
    json_t *sources = json_object_get(merge->sources, section), *value;
    const char *key;

    json_object_foreach(json_object_get(layer->doc, section), key, value)
    {
        if (json_object_set_new(sources, key, json_string(policy_layers_name(layer))) < 0)
            return -1;
    }
    return 0;
}

/* What each item of a list is told of its layer. */
static json_t *layer_of(const struct policy_layer *layer, size_t level)
{
    return json_pack("{s:I, s:s}", "level", (json_int_t)level, "layer", policy_layers_name(layer));
}

static int merge_lists(struct policy_merge *merge, const struct policy_layer *layer, size_t level)
{
    json_t *listed = json_object_get(layer->doc, "unfree_packages");
    _cleanup_json_ json_t *unfree = listed ? json_incref(listed) : json_array();
    json_int_t n = (json_int_t)level;
    size_t i;
    json_t *identity;

    json_array_foreach(json_object_get(layer->doc, "identities"), i, identity)
    {
        if (add_identity(merge, layer, identity) < 0)
            return -1;
    }
    json_array_foreach(json_object_get(layer->doc, "domains"), i, identity)
    {
        if (json_object_set_new(merge->domains, json_string_value(identity),
                                json_string(policy_layers_name(layer))) < 0)
            return -1;
    }
    if (json_array_extend(merge->unfree_packages, unfree) < 0 ||
        add_all(merge->exceptions, layer, "exceptions", layer_of(layer, level)) < 0 ||
        add_all(merge->waivers, layer, "waivers", layer_of(layer, level)) < 0)
        return -1;
    return add_all(merge->allow_unaudited, layer, "allow_unaudited",
                   json_pack("{s:I, s:o}", "level", n, "by",
                             json_sprintf("the policy layer %s", policy_layers_name(layer))));
}

/* What the schema cannot say: an identity is one, or a source of them. */
static int check_identities(const struct policy_layer *layer, struct assay_error *err)
{
    size_t i;
    json_t *identity;

    json_array_foreach(json_object_get(layer->doc, "identities"), i, identity)
    {
        bool kind = json_object_get(identity, "kind"), value = json_object_get(identity, "value");
        bool from = json_object_get(identity, "from");

        if (from && (kind || value))
            return assay_error_set(err, EINVAL,
                                   "%s: identities[%zu].from: it stands with no \"kind\" and no "
                                   "\"value\"; make two identities of it",
                                   layer->path, i);
        if (!from && (!kind || !value))
            return assay_error_set(
                err, EINVAL,
                "%s: identities[%zu].%s is missing; an identity has \"kind\" and "
                "\"value\", or \"from\"",
                layer->path, i, kind ? "value" : "kind");
    }
    return 0;
}

static int add_keys(struct policy_merge *merge, const struct policy_layer *layer, size_t level,
                    struct assay_error *err)
{
    size_t i;
    json_t *key;

    json_array_foreach(json_object_get(layer->doc, "trusted_keys"), i, key)
    {
        int r = nix_signature_check_key(json_string_value(key), err);

        if (r < 0)
            return assay_error_prefix(err, "%s: trusted_keys[%zu]", layer->path, i);
        if (json_array_append_new(merge->trusted_keys,
                                  json_pack("{s:O, s:I, s:s}", "key", key, "level",
                                            (json_int_t)level, "layer",
                                            policy_layers_name(layer))) < 0)
            return no_memory(err);
    }
    return 0;
}

int policy_merge_layer(struct policy_merge *merge, const struct policy_layer *layer, size_t level,
                       struct assay_error *err)
{
    json_t *block = json_object_get(layer->doc, "block"), *file;
    json_t *budget = json_object_get(layer->doc, "budget");
    size_t i;
    int r = check_identities(layer, err);

    if (r < 0)
        return r;
    json_array_foreach(json_object_get(layer->doc, "rule_files"), i, file)
    {
        r = load_rule_file(merge, layer, json_string_value(file), err);
        if (r < 0)
            return r;
    }
    if ((block && json_object_update(merge->block, block) < 0) ||
        (budget && json_object_update(merge->budget, budget) < 0) ||
        merge_lists(merge, layer, level) < 0 || note_sources(merge, layer, "block") < 0 ||
        note_sources(merge, layer, "budget") < 0 || note_sources(merge, layer, "limits") < 0)
        return no_memory(err);
    r = add_keys(merge, layer, level, err);
    if (r == 0)
        r = policy_settings_apply(layer, level, merge->block, merge->catalogue, err);
    return r < 0 ? r : policy_exceptions_apply(layer, level, merge->catalogue, merge->limits, err);
}

void policy_merge_free(struct policy_merge *merge)
{
    json_decref(merge->rules);
    json_decref(merge->catalogue);
    json_decref(merge->identities);
    json_decref(merge->harvest);
    json_decref(merge->domains);
    json_decref(merge->block);
    json_decref(merge->allow_unaudited);
    json_decref(merge->waivers);
    json_decref(merge->trusted_keys);
    json_decref(merge->budget);
    json_decref(merge->sources);
    json_decref(merge->exceptions);
    json_decref(merge->limits);
    json_decref(merge->unfree_packages);
}
