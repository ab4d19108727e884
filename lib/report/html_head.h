/* The beginning of the HTML page, to the facts about the artifact, and its end. */
#ifndef ASSAY_REPORT_HTML_HEAD_H
#define ASSAY_REPORT_HTML_HEAD_H

#include <assay/json.h>

#include "report/printer.h"

/* Up to the first section. 0 or a negative errno. */
int html_head(struct printer *printer, const json_t *report);

/* How it was audited: policy, sandbox, time. */
void html_audit(struct printer *printer, const json_t *report);

#endif
