/* A report as a confused worker might send it: whatever it holds, it is refused or judged and
 * rendered, what the judge makes of a report that fits the schema still fits it, the text has
 * nothing in it that a terminal obeys, SARIF is
 * JSON, and the page has no markup but its own. */
#include <stdlib.h>
#include <string.h>

#include <assay/policy.h>
#include <assay/report.h>

#include "fuzz.h"

static void check_text(const json_t *report)
{
    struct assay_buf text = ASSAY_BUF(ASSAY_REPORT_RENDERED_MAX);

    if (assay_report_text(report, NULL, &text, NULL) == 0)
        for (size_t i = 0; i < text.len; i++)
            if ((text.data[i] < 0x20 && text.data[i] != '\n') || text.data[i] == 0x7f)
                abort();
    assay_buf_free(&text);
}

static void check_sarif(const json_t *report)
{
    struct assay_buf text = ASSAY_BUF(ASSAY_REPORT_RENDERED_MAX);
    json_t *sarif = NULL;

    if (assay_report_render("sarif", report, NULL, &text, NULL) < 0 ||
        assay_json_parse(text.data, text.len, "sarif", &sarif, NULL) < 0)
        abort();
    json_decref(sarif);
    assay_buf_free(&text);
}

/* Every "<" of the page begins one of the tags that it is made of. */
static void check_html(const json_t *report)
{
    static const char *const tags[] = {"!DOCTYPE html>",
                                       "html lang=\"en\">",
                                       "html>",
                                       "head>",
                                       "meta ",
                                       "style>",
                                       "title>",
                                       "body>",
                                       "a ",
                                       "a>",
                                       "header>",
                                       "div",
                                       "p>",
                                       "p ",
                                       "h1>",
                                       "h2>",
                                       "h2 ",
                                       "h3>",
                                       "h4>",
                                       "ul",
                                       "ol",
                                       "li",
                                       "b>",
                                       "strong>",
                                       "main",
                                       "nav",
                                       "section>",
                                       "span",
                                       "code",
                                       "article",
                                       "details>",
                                       "summary>",
                                       "small>",
                                       "table>",
                                       "thead>",
                                       "tbody>",
                                       "tr>",
                                       "th",
                                       "td",
                                       "dl",
                                       "dt>",
                                       "dd",
                                       "footer>"};
    struct assay_buf text = ASSAY_BUF(ASSAY_REPORT_RENDERED_MAX);

    if (assay_report_render("html", report, NULL, &text, NULL) < 0)
        abort();
    for (const char *p = assay_buf_str(&text); (p = strchr(p, '<')); p++) {
        const char *name = p + 1 + (p[1] == '/');
        size_t i = 0;

        while (i < sizeof(tags) / sizeof(*tags) && strncmp(tags[i], name, strlen(tags[i])) != 0)
            i++;
        if (i == sizeof(tags) / sizeof(*tags))
            abort();
    }
    assay_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static json_t *policy;
    json_t *report = NULL;
    bool fits;

    if (!policy && assay_policy_load(NULL, &policy, NULL) < 0)
        abort();
    if (assay_json_parse(data, size, "the input", &report, NULL) < 0)
        return 0;
    fits = assay_schema_check("report", report, NULL) == 0;
    if (assay_policy_judge(policy, report, "2026-11-21", NULL) == 0 && fits &&
        assay_schema_check("report", report, NULL) < 0)
        abort();
    check_text(report);
    check_sarif(report);
    check_html(report);
    json_decref(report);
    return 0;
}
