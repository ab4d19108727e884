/* The layers of a policy: loads a policy file and, by `extends`, all that is below it. */
#ifndef ASSAY_POLICY_LAYERS_H
#define ASSAY_POLICY_LAYERS_H

#include <assay/digest.h>
#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>

#define POLICY_LAYERS_MAX 16       /* the built-in one included */
#define POLICY_FILE_MAX (4u << 20) /* bytes of a policy file or a rule file */
#define POLICY_BASE "base"         /* what `extends` calls the built-in layer */

struct policy_layer {
    json_t *doc; /* checked against the schema */
    char *path;  /* as errors name it: the file, or "base" */
    char *real;  /* the file with links resolved; NULL for the built-in one */
    char digest[ASSAY_SHA256_HEX];
};

/* The layers from the policy itself (index 0) down to the built-in one (index n - 1). */
struct policy_layers {
    struct policy_layer layer[POLICY_LAYERS_MAX];
    size_t n;
};

/* Loads the policy `path` (NULL or "base": the built-in one) and what is below it into *ret, which
 * is empty before and must be freed by policy_layers_free() whatever happens. Every layer fits the
 * schema. -EINVAL, -ELOOP when a file comes twice or there are more than POLICY_LAYERS_MAX, or the
 * errno of reading a file; `err` names the chain. */
int policy_layers_load(const char *path, struct policy_layers *ret, struct assay_error *err);
void policy_layers_free(struct policy_layers *layers);

/* The path that `name`, written in `layer`, means: `name` itself when absolute, else relative to
 * the layer's folder. malloc'd; NULL when memory ran out. */
char *policy_layers_relative(const struct policy_layer *layer, const char *name);

/* The name that the layer gives itself. */
const char *policy_layers_name(const struct policy_layer *layer);

/* SHA-256 in hexadecimal over the canonical form of `json`: keys sorted by bytes, no white space,
 * UTF-8. 0 or a negative errno. */
int policy_layers_digest(const json_t *json, char ret[ASSAY_SHA256_HEX]);

#endif
