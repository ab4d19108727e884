/* What a SARIF log says of the run beside its rules and results. NULL when memory ran out. */
#ifndef ASSAY_REPORT_SARIF_RUN_H
#define ASSAY_REPORT_SARIF_RUN_H

#include "report/sarif_rules.h"

/* The driver's "notifications": what an invocation can have to tell. */
json_t *sarif_run_notices(void);

/* The one invocation: when, how it ended, and as notifications what was not read in full, and what
 * is not listed, after all results were taken from `rules`. */
json_t *sarif_run_invocation(const json_t *report, const struct sarif_rules *rules);

/* The artifact, an element of "artifacts". */
json_t *sarif_run_artifact(const json_t *report);

/* Verdict, policy, summary and sandbox. */
json_t *sarif_run_properties(const json_t *report);

#endif
