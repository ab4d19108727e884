/* Lays the layers of a policy on one another, from the lowest up. */
#ifndef ASSAY_POLICY_MERGE_H
#define ASSAY_POLICY_MERGE_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>

#include "policy/layers.h"

/* A policy in the making; all members are owned by it. */
struct policy_merge {
    json_t *rules;           /* all rules so far, as their files hold them */
    json_t *catalogue;       /* see settings.h */
    json_t *identities;      /* {kind, value, severity} by "kind:value in lower case" */
    json_t *harvest;         /* {source: {from, severity, layer}} */
    json_t *domains;         /* {domain: layer's name} */
    json_t *block;           /* {class: threshold} */
    json_t *allow_unaudited; /* array, each with the layer's "by" and "level" */
    json_t *waivers;         /* array, each with the layer's "level" */
    json_t *trusted_keys;    /* array of {key, level} from the lowest layer up */
    json_t *exceptions;      /* array, each with the layer's "level" */
    json_t *limits;          /* {name: number} */
    json_t *unfree_packages; /* array of names */
    json_t *budget;          /* what the layers set of it */
    json_t *sources;         /* {"block" | "budget" | "limits": {key: the layer that set it}} */
};

/* Starts with the built-in rules and checks. `merge` is all zeros before. */
int policy_merge_start(struct policy_merge *merge, struct assay_error *err);

/* Lays `layer`, the `level`th from below (0: the lowest), on top. */
int policy_merge_layer(struct policy_merge *merge, const struct policy_layer *layer, size_t level,
                       struct assay_error *err);

void policy_merge_free(struct policy_merge *merge);

#endif
