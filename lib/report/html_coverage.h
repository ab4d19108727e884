/* What was read, in the HTML page. */
#ifndef ASSAY_REPORT_HTML_COVERAGE_H
#define ASSAY_REPORT_HTML_COVERAGE_H

#include "report/printer.h"
#include <assay/json.h>

/* `coverage` is the report's member; at most `limit` places of each kind are listed, the rest
 * counted. */
void html_coverage(struct printer *printer, const json_t *coverage, size_t limit);

#endif
