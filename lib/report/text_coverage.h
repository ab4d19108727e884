/* The part of the text report that says what was read. */
#ifndef ASSAY_REPORT_TEXT_COVERAGE_H
#define ASSAY_REPORT_TEXT_COVERAGE_H

#include <assay/json.h>

#include "report/printer.h"

/* `coverage` is the report's member. Unless `verbose`, only the largest formats and the first
 * places are listed, the rest counted. */
void text_coverage(struct printer *printer, const json_t *coverage, bool verbose);

#endif
