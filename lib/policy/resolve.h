/* The last step of loading a policy: from the sum of its layers to the resolved policy. */
#ifndef ASSAY_POLICY_RESOLVE_H
#define ASSAY_POLICY_RESOLVE_H

#include <assay/error.h>
#include <assay/json.h>

#include "policy/layers.h"
#include "policy/merge.h"

/* Makes the resolved policy (see assay/policy.h), owned by the caller. */
int policy_resolve(const struct policy_merge *merge, const struct policy_layers *layers,
                   json_t **ret, struct assay_error *err);

#endif
