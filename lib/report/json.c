#include <errno.h>

#include "report/render.h"
#include "report/words.h"

static int render(const json_t *report, const struct assay_report_style *style,
                  struct assay_buf *ret, struct assay_error *err)
{
    _cleanup_free_ char *text = json_dumps(report, JSON_INDENT(2));
    int r;

    (void)style;
    if (!text)
        return words_failed(-ENOMEM, err);
    r = assay_buf_printf(ret, "%s\n", text);
    return r < 0 ? words_failed(r, err) : 0;
}

const struct report_render report_json = {"json", render};
