/* The built-in policy with the rules of one family: hundreds of them take seconds to compile under
 * the sanitizers, for each audit. */
#ifndef ASSAY_TESTS_FEW_RULES_H
#define ASSAY_TESTS_FEW_RULES_H

#include <assay/json.h>
#include <assay/policy.h>
#include <check.h>
#include <string.h>

static inline json_t *policy_of_few_rules(void)
{
    json_t *policy = NULL, *few = json_array(), *rule;
    struct assay_error err = {0};
    size_t i;

    ck_assert_msg(assay_policy_load(NULL, &policy, &err) == 0, "%s", err.text);
    json_array_foreach(json_object_get(policy, "rules"), i, rule)
    {
        if (strcmp(assay_json_string(rule, "family", ""), "forges") == 0)
            json_array_append(few, rule);
    }
    ck_assert_uint_gt(json_array_size(few), 0);
    json_object_set_new(policy, "rules", few);
    return policy;
}

#endif
