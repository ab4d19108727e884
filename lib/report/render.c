#include "report/render.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"

static const struct report_render *const table[] = {&report_text, &report_json, &report_sarif,
                                                    &report_html};

#define TABLE_ROWS (sizeof(table) / sizeof(*table))

static const struct report_render *find(const char *format)
{
    for (size_t i = 0; i < TABLE_ROWS; i++)
        if (strcmp(table[i]->name, format) == 0)
            return table[i];
    return NULL;
}

int assay_report_format(const char *format, struct assay_error *err)
{
    size_t least = strlen(format) / 2 + 1;
    const char *near = NULL;
    char known[256] = "";

    if (find(format))
        return 0;
    for (size_t i = 0; i < TABLE_ROWS; i++) {
        size_t len = strlen(known), edits = nearest_edits(format, table[i]->name);

        if (edits < least) {
            least = edits;
            near = table[i]->name;
        }
        snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "", table[i]->name);
    }
    if (near)
        return assay_error_set(err, EINVAL,
                               "there is no report format \"%s\"; did you mean \"%s\"? There are "
                               "%s",
                               format, near, known);
    return assay_error_set(err, EINVAL, "there is no report format \"%s\"; there are %s", format,
                           known);
}

int assay_report_render(const char *format, const json_t *report,
                        const struct assay_report_style *style, struct assay_buf *ret,
                        struct assay_error *err)
{
    const struct report_render *row = find(format);

    return row ? row->render(report, style, ret, err) : assay_report_format(format, err);
}

int assay_report_exit_code(const json_t *report)
{
    const char *verdict = assay_json_string(report, "verdict", "");

    if (strcmp(verdict, "pass") == 0)
        return 0;
    return strcmp(verdict, "reject") == 0 ? 1 : 3;
}
