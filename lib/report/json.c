#include <errno.h>
#include <string.h>

#include "report/render.h"

static int render(const json_t *report, const struct assay_report_style *style,
                  struct assay_buf *ret, struct assay_error *err)
{
    _cleanup_free_ char *text = json_dumps(report, JSON_INDENT(2));
    int r;

    (void)style;
    if (!text)
        return assay_error_set(err, ENOMEM, "cannot write the report: out of memory");
    r = assay_buf_printf(ret, "%s\n", text);
    return r < 0 ? assay_error_set(err, r, "cannot write the report: %s", strerror(-r)) : 0;
}

const struct report_render report_json = {"json", render};
