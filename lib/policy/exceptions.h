/* What the layers take out of system checks, and the numbers these go by. */
#ifndef ASSAY_POLICY_EXCEPTIONS_H
#define ASSAY_POLICY_EXCEPTIONS_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>

#include "policy/layers.h"

/* Checks the layer's `exceptions` and sets its `limits` in `limits`, once its `rules` stand in the
 * catalogue (policy/settings.h). -EINVAL for an exception that names no check or neither a path nor
 * a value, and for an exception or a looser limit of a check that a lower layer locked. */
int policy_exceptions_apply(const struct policy_layer *layer, size_t level, const json_t *catalogue,
                            json_t *limits, struct assay_error *err);

#endif
