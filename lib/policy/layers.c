#include "policy/layers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <assay/encode.h>

#include "base/embedded.h"

int policy_layers_digest(const json_t *json, char ret[ASSAY_SHA256_HEX])
{
    _cleanup_free_ char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
    uint8_t raw[ASSAY_SHA256_SIZE];
    int r;

    if (!text)
        return -ENOMEM;
    r = assay_sha256(text, strlen(text), raw);
    if (r == 0)
        assay_hex_encode(raw, sizeof(raw), ret);
    return r;
}

const char *policy_layers_name(const struct policy_layer *layer)
{
    return assay_json_string(layer->doc, "name", "?");
}

char *policy_layers_relative(const struct policy_layer *layer, const char *name)
{
    const char *slash = layer->real ? strrchr(layer->path, '/') : NULL;
    char *path;

    if (name[0] == '/' || !slash)
        return strdup(name);
    if (asprintf(&path, "%.*s/%s", (int)(slash - layer->path), layer->path, name) < 0)
        return NULL;
    return path;
}

static int load_base(struct policy_layer *layer, struct assay_error *err)
{
    const struct assay_embedded *file = embedded_find("base.json");

    if (!file)
        return assay_error_set(err, ENOENT, "the built-in policy is missing from this program");
    layer->path = strdup(POLICY_BASE);
    if (!layer->path)
        return assay_error_set(err, ENOMEM, "out of memory while loading the policy");
    return assay_json_parse(file->data, file->size, "the built-in policy", &layer->doc, err);
}

/* `path` is taken over, on failure too. */
static int load_file(struct policy_layer *layer, char *path, struct assay_error *err)
{
    layer->path = path;
    layer->real = realpath(path, NULL);
    if (!layer->real)
        return assay_error_set(err, errno, "cannot read the policy %s: %s", path, strerror(errno));
    return assay_json_load(path, POLICY_FILE_MAX, &layer->doc, err);
}

/* "a.json > b.json > a.json" of all that is loaded. */
static void describe_chain(const struct policy_layers *layers, char *ret, size_t size)
{
    size_t len = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < layers->n && len < size; i++)
        len +=
            (size_t)snprintf(ret + len, size - len, "%s%s", i ? " > " : "", layers->layer[i].path);
}

static int refuse_cycle(const struct policy_layers *layers, struct assay_error *err)
{
    const struct policy_layer *last = &layers->layer[layers->n - 1];
    char chain[ASSAY_ERROR_TEXT / 2];

    for (size_t i = 0; last->real && i + 1 < layers->n; i++) {
        if (strcmp(layers->layer[i].real, last->real) != 0)
            continue;
        describe_chain(layers, chain, sizeof(chain));
        return assay_error_set(
            err, ELOOP, "the policy extends itself: %s; let one of them extend \"base\"", chain);
    }
    return 0;
}

/* Loads one layer to the end of the list; `path` is taken over. NULL: the built-in one. */
static int push(struct policy_layers *layers, char *path, struct assay_error *err)
{
    struct policy_layer *layer = &layers->layer[layers->n];
    int r;

    if (layers->n == POLICY_LAYERS_MAX) {
        free(path);
        return assay_error_set(err, ELOOP,
                               "the policy %s stands on more than %d layers; merge some of them",
                               layers->layer[0].path, POLICY_LAYERS_MAX - 1);
    }
    layers->n++;
    r = path ? load_file(layer, path, err) : load_base(layer, err);
    if (r == 0)
        r = refuse_cycle(layers, err);
    if (r < 0)
        return r;
    r = assay_schema_check("policy", layer->doc, err);
    if (r < 0)
        return assay_error_prefix(err, "%s", layer->path);
    if (policy_layers_digest(layer->doc, layer->digest) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while loading the policy");
    return 0;
}

int policy_layers_load(const char *path, struct policy_layers *ret, struct assay_error *err)
{
    const char *name = path ? path : POLICY_BASE;
    const struct policy_layer *above = NULL;

    for (;;) {
        bool builtin = strcmp(name, POLICY_BASE) == 0;
        char *file = NULL;
        int r;

        if (!builtin) {
            file = above ? policy_layers_relative(above, name) : strdup(name);
            if (!file)
                return assay_error_set(err, ENOMEM, "out of memory while loading the policy");
        }
        r = push(ret, file, err);
        if (r < 0)
            return above ? assay_error_prefix(err, "%s: extends", above->path) : r;
        if (builtin)
            return 0;
        above = &ret->layer[ret->n - 1];
        name = assay_json_string(above->doc, "extends", POLICY_BASE);
    }
}

void policy_layers_free(struct policy_layers *layers)
{
    for (size_t i = 0; i < layers->n; i++) {
        json_decref(layers->layer[i].doc);
        free(layers->layer[i].path);
        free(layers->layer[i].real);
    }
    layers->n = 0;
}
