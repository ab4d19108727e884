/* The rules of a SARIF log: those that the report's findings are of. */
#ifndef ASSAY_REPORT_SARIF_RULES_H
#define ASSAY_REPORT_SARIF_RULES_H

#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>

struct sarif_rules {
    json_t *by_id; /* {id: {"index", "findings", "listed"}} */
    json_t *rules; /* the driver's "rules" */
};

/* Collects the rules of all findings, in the order of the report. 0 or -ENOMEM; freed by
 * sarif_rules_free() in any case. */
int sarif_rules_collect(const json_t *report, struct sarif_rules *ret);
void sarif_rules_free(struct sarif_rules *rules);

/* Whether a finding of this rule is still listed (at most SARIF_OF_RULE are), counting it;
 * *ret_index receives the rule's place in "rules". */
#define SARIF_OF_RULE 1000
bool sarif_rules_take(struct sarif_rules *rules, const char *id, json_int_t *ret_index);

/* Findings of the rule named `id` that are not listed. */
int64_t sarif_rules_left(const struct sarif_rules *rules, const char *id);

/* The help text of the rule at `index`; lent. */
const char *sarif_rules_help(const struct sarif_rules *rules, json_int_t index);

/* "error" for critical and high, "warning" for medium, "note" for the rest. */
const char *sarif_level(const json_t *finding);

#endif
