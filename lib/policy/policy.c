#include <assay/policy.h>

#include <errno.h>
#include <string.h>

#include "policy/layers.h"
#include "policy/merge.h"
#include "policy/resolve.h"
#include "scan/examples.h"

static int merge_all(const struct policy_layers *layers, struct policy_merge *merge,
                     struct assay_error *err)
{
    int r = policy_merge_start(merge, err);

    for (size_t i = layers->n; r == 0 && i-- > 0;)
        r = policy_merge_layer(merge, &layers->layer[i], layers->n - 1 - i, err);
    return r;
}

static int load(const char *path, struct policy_layers *layers, struct policy_merge *merge,
                json_t **ret, struct assay_error *err)
{
    int r = policy_layers_load(path, layers, err);

    if (r == 0)
        r = merge_all(layers, merge, err);
    if (r == 0)
        r = policy_resolve(merge, layers, ret, err);
    return r;
}

int assay_policy_load(const char *path, json_t **ret, struct assay_error *err)
{
    struct policy_layers layers = {.n = 0};
    struct policy_merge merge = {0};
    int r = load(path, &layers, &merge, ret, err);

    policy_merge_free(&merge);
    policy_layers_free(&layers);
    return r;
}

int assay_policy_test(const json_t *policy, json_t **ret, size_t *ret_n, struct assay_error *err)
{
    return examples_run(json_object_get(policy, "rules"), ret, ret_n, err);
}
