#include "report/render.h"

#include <errno.h>
#include <string.h>

static const struct report_render *const table[] = {&report_text, &report_json};

int assay_report_render(const char *format, const json_t *report,
                        const struct assay_report_style *style, struct assay_buf *ret,
                        struct assay_error *err)
{
    char known[256] = "";

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        size_t len = strlen(known);

        if (strcmp(table[i]->name, format) == 0)
            return table[i]->render(report, style, ret, err);
        snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "", table[i]->name);
    }
    return assay_error_set(err, EINVAL, "there is no report format \"%s\"; use one of: %s", format,
                           known);
}

int assay_report_exit_code(const json_t *report)
{
    const char *verdict = assay_json_string(report, "verdict", "");

    if (strcmp(verdict, "pass") == 0)
        return 0;
    return strcmp(verdict, "reject") == 0 ? 1 : 3;
}
