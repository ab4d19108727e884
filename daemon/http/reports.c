/* GET /api/v1/builds/{id}/report[.json|.txt|.sarif|.html]. */
#include <string.h>

#include <assay/report.h>

#include "reply.h"
#include "routes.h"

enum MHD_Result reports_json(struct request *request)
{
    struct assay_error err = {0};
    json_t *report = NULL;

    if (store_report_get(request->app->store, request_id(request, 0), &report, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, report);
}

/* The report in a format of assay_report_render(); `type` is NULL for a page of HTML. */
static enum MHD_Result rendered(struct request *request, const char *format, const char *type)
{
    static const struct assay_report_style style = {.verbose = true};
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(ASSAY_REPORT_RENDERED_MAX);
    _cleanup_json_ json_t *report = NULL;
    struct assay_error err = {0};
    size_t len;

    if (store_report_get(request->app->store, request_id(request, 0), &report, &err) < 0 ||
        assay_report_render(format, report, &style, &buf, &err) < 0)
        return reply_error(request, &err);
    len = buf.len;
    if (!type)
        return reply_page(request, assay_buf_take(&buf), len);
    return reply_bytes(request, MHD_HTTP_OK, type, assay_buf_take(&buf), len);
}

enum MHD_Result reports_text(struct request *request)
{
    return rendered(request, "text", "text/plain; charset=utf-8");
}

enum MHD_Result reports_sarif(struct request *request)
{
    return rendered(request, "sarif", "application/sarif+json");
}

enum MHD_Result reports_html(struct request *request)
{
    return rendered(request, "html", NULL);
}
