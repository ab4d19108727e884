/* GET /metrics: the Prometheus text format, version 0.0.4. */
#include <string.h>

#include <assay/clock.h>

#include "reply.h"
#include "routes.h"
#include "server.h"

#define METRICS_MAX ((size_t)64 << 10)

static void head(struct assay_buf *buf, const char *name, const char *type, const char *help)
{
    assay_buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void number(struct assay_buf *buf, const char *name, const char *type, const char *help,
                   unsigned long long value)
{
    head(buf, name, type, help);
    assay_buf_printf(buf, "%s %llu\n", name, value);
}

static void add_store(struct assay_buf *buf, const struct store_counts *counts)
{
    head(buf, "assay_builds", "gauge", "Builds by state.");
    for (int i = 0; i < BUILD_STATES; i++)
        assay_buf_printf(buf, "assay_builds{state=\"%s\"} %lld\n", build_state_name(i),
                         (long long)counts->builds[i]);
    number(buf, "assay_releases", "gauge", "Releases that were published.",
           (unsigned long long)counts->releases);
}

static void add_http(struct assay_buf *buf, struct http *http)
{
    head(buf, "assay_http_answers_total", "counter", "Answers by class of their status.");
    for (int i = 0; i < 5; i++)
        assay_buf_printf(buf, "assay_http_answers_total{class=\"%dxx\"} %llu\n", i + 1,
                         atomic_load(&http->answers[i]));
    number(buf, "assay_http_content_bytes_total", "counter",
           "Bytes of content in the answers that were sent to their end.",
           atomic_load(&http->bytes_served));
    number(buf, "assay_downloads_total", "counter", "Answers from /r/ that were sent to their end.",
           atomic_load(&http->downloads));
    number(buf, "assay_http_requests_active", "gauge", "Requests in progress.",
           atomic_load(&http->active));
    number(buf, "assay_long_polls", "gauge", "Requests that wait for a build to change.",
           waiters_count(http->waiters, WAITER_POLL));
    number(buf, "assay_event_streams", "gauge", "Requests that are sent a build's changes.",
           atomic_load(&http->streams));
}

enum MHD_Result metrics_get(struct request *request)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(METRICS_MAX);
    struct assay_error err = {0};
    struct store_counts counts;
    char *text;

    if (store_counts(request->app->store, &counts, &err) < 0)
        return reply_error(request, &err);
    head(&buf, "assay_info", "gauge", "The version that runs.");
    assay_buf_printf(&buf, "assay_info{version=\"%s\"} 1\n", ASSAY_VERSION);
    number(&buf, "assay_uptime_seconds", "gauge", "Seconds since the server began.",
           (assay_clock_ms() - request->http->started) / 1000);
    add_store(&buf, &counts);
    add_http(&buf, request->http);
    text = assay_buf_take(&buf);
    return reply_bytes(request, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text,
                       text ? strlen(text) : 0);
}
