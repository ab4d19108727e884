/* Answers. Each function queues one and returns MHD_YES, or MHD_NO when memory ran out, on which
 * the connection is closed. */
#ifndef ASSAY_HTTP_REPLY_H
#define ASSAY_HTTP_REPLY_H

#include <assay/error.h>
#include <assay/json.h>
#include <microhttpd.h>
#include <stddef.h>

#include "request.h"

/* `json` is consumed (NULL: out of memory). API answers are never stored by caches. */
enum MHD_Result reply_json(struct request *request, unsigned status, json_t *json);

/* The same with a Location header. */
enum MHD_Result reply_json_at(struct request *request, unsigned status, json_t *json,
                              const char *location);

/* `data` (malloc'd, consumed; NULL: out of memory) as `type`. */
enum MHD_Result reply_bytes(struct request *request, unsigned status, const char *type, char *data,
                            size_t len);

/* A page of HTML (`data` as above) that has its style in it and may load and run nothing. */
enum MHD_Result reply_page(struct request *request, char *data, size_t len);

/* 204. */
enum MHD_Result reply_nothing(struct request *request);

/* 302 to `location`. */
enum MHD_Result reply_redirect(struct request *request, const char *location);

/* A problem (RFC 9457) with what was wrong, where, and the mend as `detail`. */
enum MHD_Result reply_problem(struct request *request, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with one more header. */
enum MHD_Result reply_problem_with(struct request *request, unsigned status, const char *header,
                                   const char *value, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The problem that an error of the store or the blobs is: ENOENT 404, EEXIST and EALREADY 409,
 * EINVAL 422, EPERM 403, ENOSPC 507, EMFILE, ENFILE and EBUSY 503, any other 500. */
enum MHD_Result reply_error(struct request *request, const struct assay_error *err);

/* Adds the headers every answer has, remembers the status and the length, queues the response and
 * lets go of it. `response` is consumed; NULL gives MHD_NO. `length` is the content's. */
enum MHD_Result reply_queue(struct request *request, unsigned status, struct MHD_Response *response,
                            uint64_t length);

#endif
