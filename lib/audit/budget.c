#include "audit/budget.h"

#include <assay/json.h>

struct image_budget audit_budget(const json_t *policy)
{
    const json_t *from = json_object_get(policy, "budget");
    struct image_budget budget = image_budget_default;

    budget.depth = (unsigned)assay_json_int(from, "depth", budget.depth);
    budget.entries = (uint64_t)assay_json_int(from, "entries", (int64_t)budget.entries);
    budget.expanded = (uint64_t)assay_json_int(from, "expanded", (int64_t)budget.expanded);
    budget.ratio = (uint64_t)assay_json_int(from, "ratio", (int64_t)budget.ratio);
    budget.name = (size_t)assay_json_int(from, "name", (int64_t)budget.name);
    budget.seconds = (uint64_t)assay_json_int(from, "seconds", (int64_t)budget.seconds);
    return budget;
}
