/* The limits of one audit as its policy sets them. */
#ifndef ASSAY_AUDIT_BUDGET_H
#define ASSAY_AUDIT_BUDGET_H

#include <assay/json.h>

#include "image/image.h"

/* The resolved policy's budget, with image_budget_default for what it does not name. */
struct image_budget audit_budget(const json_t *policy);

#endif
