/* The findings in the text rendering. */
#ifndef ASSAY_REPORT_TEXT_FINDINGS_H
#define ASSAY_REPORT_TEXT_FINDINGS_H

#include <stdbool.h>

#include "report/group.h"
#include "report/printer.h"

/* Everything one needs to mend them: each rule once with what it means and how to fix it, and under
 * it where it was found. Nothing when the group is empty. Foreign text is made printable. */
void text_findings_full(struct printer *printer, const char *title,
                        const struct report_group *group, bool verbose);

/* One line each, with the waiver where there is one. */
void text_findings_brief(struct printer *printer, const char *title,
                         const struct report_group *group, bool verbose);

#endif
