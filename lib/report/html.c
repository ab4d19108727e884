/* The report as one page of HTML that loads nothing and runs nothing: what blocks and how to mend
 * it, the rest folded, what was read, how it was audited. */
#include <stdbool.h>

#include "report/html_coverage.h"
#include "report/html_findings.h"
#include "report/html_head.h"
#include "report/render.h"
#include "report/words.h"

static const struct html_limits brief = {.of_rule = 10, .rules = 200, .places = 8};
static const struct html_limits full = {.of_rule = 50, .rules = 1000, .places = 50};

#define COVERAGE_BRIEF 50 /* places of a kind */
#define COVERAGE_FULL 1000

static const char footer[] = "</main>\n<footer><p>No secret is in this page: it holds only what is "
                             "public of one, its length, and a keyed fingerprint.</p></footer>\n"
                             "</body>\n</html>\n";

static int render(const json_t *report, const struct assay_report_style *style,
                  struct assay_buf *ret, struct assay_error *err)
{
    bool verbose = style && style->verbose;
    const struct html_limits *limits = verbose ? &full : &brief;
    struct printer printer = {.buf = ret, .markup = true};
    int r = html_head(&printer, report);

    if (r == 0)
        r = html_findings(&printer, report, limits);
    html_coverage(&printer, json_object_get(report, "coverage"),
                  verbose ? COVERAGE_FULL : COVERAGE_BRIEF);
    html_audit(&printer, report);
    printer_add(&printer, footer);
    r = r < 0 ? r : printer.error;
    return r < 0 ? words_failed(r, err) : 0;
}

const struct report_render report_html = {"html", render};
