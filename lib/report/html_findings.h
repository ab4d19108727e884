/* The findings in the HTML page. */
#ifndef ASSAY_REPORT_HTML_FINDINGS_H
#define ASSAY_REPORT_HTML_FINDINGS_H

#include "report/group.h"
#include "report/printer.h"

/* How much of a report is listed; the rest is counted. */
struct html_limits {
    size_t of_rule; /* findings */
    size_t rules;   /* of a part */
    size_t places;  /* of a finding */
};

/* All of them: an index of the rules that block, what blocks, and folded what does not. 0 or a
 * negative errno. */
int html_findings(struct printer *printer, const json_t *report, const struct html_limits *limits);

#endif
