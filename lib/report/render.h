/* The renderings of a report: one file and one row in the table of render.c each. */
#ifndef ASSAY_REPORT_RENDER_H
#define ASSAY_REPORT_RENDER_H

#include <assay/report.h>

struct report_render {
    const char *name;
    /* Appends the report; see assay_report_render(). */
    int (*render)(const json_t *report, const struct assay_report_style *style,
                  struct assay_buf *ret, struct assay_error *err);
};

extern const struct report_render report_html, report_json, report_sarif, report_text;

#endif
