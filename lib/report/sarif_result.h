/* A finding as a result of a SARIF log. */
#ifndef ASSAY_REPORT_SARIF_RESULT_H
#define ASSAY_REPORT_SARIF_RESULT_H

#include <assay/json.h>

/* `name` is the artifact's, `index` the place of the finding's rule among the rules, `rule_help`
 * that rule's help: a finding that has another one tells it in its message. NULL when memory ran
 * out. */
json_t *sarif_result(const json_t *finding, const char *name, json_int_t index,
                     const char *rule_help);

#endif
