/* The route table and the handlers in it. */
#ifndef ASSAY_HTTP_ROUTES_H
#define ASSAY_HTTP_ROUTES_H

#include <microhttpd.h>
#include <stddef.h>

#include "request.h"

struct route {
    const char *method;
    const char *pattern; /* "/api/v1/builds/{id}": a {...} takes one whole, non-empty segment */
    enum role role;      /* what the caller must have; ROLE_NONE: open to everyone. ROLE_READ is
                            open too where the configuration says so */
    enum MHD_Result (*handler)(struct request *request);
    const char *summary; /* one line, for the API's description */
};

/* Finds the row for `method` (HEAD finds GET's) and request->path; writes request->route and
 * ->params. Returns 0; -ENOENT when no pattern fits; -EPERM when one does with other methods
 * only, which are then listed in `ret_allow` ("GET, HEAD, POST"). */
int routes_find(struct request *request, const char *method, char *ret_allow, size_t allow_size);

/* The table, for the API's description and its tests. */
const struct route *routes_table(size_t *ret_count);

/* Answers 404 with the names of the targets there are. */
enum MHD_Result targets_unknown(struct request *request, const char *name);

enum MHD_Result builds_cancel(struct request *request);
enum MHD_Result builds_create(struct request *request);
enum MHD_Result builds_get(struct request *request);
enum MHD_Result builds_list(struct request *request);
enum MHD_Result builds_retry(struct request *request);
enum MHD_Result downloads_channel(struct request *request);
enum MHD_Result downloads_release(struct request *request);
enum MHD_Result events_get(struct request *request);
enum MHD_Result health_live(struct request *request);
enum MHD_Result health_ready(struct request *request);
enum MHD_Result keys_minisign(struct request *request);
enum MHD_Result logs_get(struct request *request);
enum MHD_Result metrics_get(struct request *request);
enum MHD_Result releases_get(struct request *request);
enum MHD_Result releases_list(struct request *request);
enum MHD_Result reports_json(struct request *request);
enum MHD_Result reports_text(struct request *request);
enum MHD_Result reports_sarif(struct request *request);
enum MHD_Result reports_html(struct request *request);
enum MHD_Result channels_history(struct request *request);
enum MHD_Result channels_set(struct request *request);
enum MHD_Result releases_revoke(struct request *request);
enum MHD_Result targets_get(struct request *request);
enum MHD_Result targets_list(struct request *request);
enum MHD_Result tokens_create(struct request *request);
enum MHD_Result tokens_list(struct request *request);
enum MHD_Result tokens_revoke(struct request *request);
enum MHD_Result waivers_create(struct request *request);
enum MHD_Result waivers_list(struct request *request);
enum MHD_Result waivers_remove(struct request *request);

#endif
