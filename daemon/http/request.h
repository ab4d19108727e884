/* One request on its way: what was asked, who asks, and the answers a handler can give. A handler
 * returns what the reply function returned, so that `return reply_json(...)` ends it. */
#ifndef ASSAY_HTTP_REQUEST_H
#define ASSAY_HTTP_REQUEST_H

#include <assay/buf.h>
#include <assay/error.h>
#include <assay/json.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "events.h"
#include "waiters.h"

#define REQUEST_BODY_MAX (64u << 10) /* bytes of a body that are taken; more is a 413 */
#define REQUEST_URI_MAX 2048         /* characters of a path with its query; more is a 414 */
#define REQUEST_PARAMS 3             /* most {...} in one pattern */
#define REQUEST_PARAM_MAX 192        /* bytes of one, with the NUL */

struct http;
struct route;

struct request {
    struct http *http;
    struct app *app;
    struct MHD_Connection *connection;
    const struct route *route; /* NULL until it was found */
    const char *path;          /* decoded, without the query */
    bool head;                 /* the method was HEAD: answered like GET, without the content */
    char params[REQUEST_PARAMS][REQUEST_PARAM_MAX]; /* the {...} of the pattern, in order */
    char who[64];                                   /* name of the token, "" without one */
    enum role role;
    struct assay_buf body;
    uint64_t body_seen;    /* bytes of the body, also those over the maximum */
    bool begun;            /* the headers have been looked at */
    bool body_taken;       /* there is no (more) body to come */
    bool uri_bad;          /* holds an encoded NUL or control character */
    size_t uri_len;        /* characters */
    unsigned status;       /* of the answer, 0 before it */
    uint64_t reply_length; /* bytes of content that the answer announces */
    struct waiter waiter;  /* of a long poll or an event stream */
    struct events events;
};

/* A {...} of the pattern as a positive number; 0 when it is none. */
int64_t request_id(const struct request *request, int param);

/* A query parameter or NULL. */
const char *request_query(const struct request *request, const char *name);

/* The query parameter as a number from `min` to `max`, `otherwise` when it is not given. Returns
 * 0, or -EINVAL with `err` naming the parameter and the range. */
int request_query_int(const struct request *request, const char *name, int64_t min, int64_t max,
                      int64_t otherwise, int64_t *ret, struct assay_error *err);

/* A header or NULL. */
const char *request_header(const struct request *request, const char *name);

/* Parses the body as JSON and checks it against policies/schemas/NAME.schema.json. Returns 0, or
 * -EINVAL with `err` saying what is wrong. The caller owns *ret. */
int request_json(const struct request *request, const char *schema, json_t **ret,
                 struct assay_error *err);

#endif
