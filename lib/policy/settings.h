/* What the layers' `rules` say of each rule and check, and the locks on them. */
#ifndef ASSAY_POLICY_SETTINGS_H
#define ASSAY_POLICY_SETTINGS_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>

#include "policy/layers.h"

/* The id under which e-mail addresses in the policy's `domains` are found. */
#define POLICY_DOMAINS "personal.organisation-email"

/* The catalogue: an object by id of all that a policy can set,
 *   {id: {"class", "severity"?, "severity_by"?, "enabled", "enabled_by"?, "lock"?: {"layer": name,
 *    "level": n, "block"}}}, with the names of the layers that set these
 * What has no severity of its own (places that were not read, identities) can be locked only. */

/* Adds an id, with NULL for the severity that is not to be set. 0 or -ENOMEM. */
int policy_settings_add(json_t *catalogue, const char *id, const char *class, const char *severity);

/* Adds the ids of all checks, of the reasons for not reading something and of the identities. */
int policy_settings_add_builtin(json_t *catalogue, struct assay_error *err);

/* Applies the `rules` of a layer to what the catalogue holds by now: "family.*" first, then exact
 * ids. `level` counts layers from the lowest, 0. `block` is {class: threshold} with this layer's
 * own in it: a lock keeps the threshold of its time. -EINVAL, with the layers and the key named,
 * for a key that matches nothing and for one that loosens what a lower layer locked. */
int policy_settings_apply(const struct policy_layer *layer, size_t level, const json_t *block,
                          json_t *catalogue, struct assay_error *err);

#endif
