/* The HTTP client: one connection to the one server, by libcurl.
 *
 * Only http and https; redirects are followed within the server's own origin, five at most; what
 * comes back is bounded; a connection that takes longer than 15 seconds to be made or says nothing
 * for 60 is given up. Errors become exit codes here: 401 and 403 are CLI_DENIED; 400, 404, 409
 * and 422 CLI_USAGE (what was asked for cannot be done); all others CLI_SERVER. The sentence is
 * the server's own "detail" and "mend" (application/problem+json, RFC 9457). */
#ifndef ASSAY_CLI_API_H
#define ASSAY_CLI_API_H

#include <assay/buf.h>
#include <assay/json.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

#define API_REPLY_MAX (64u << 20) /* bytes of one reply that is no artifact */

struct api_request {
    const char *method;     /* NULL: "GET" */
    const char *path;       /* from the server's root, with its query; encoded by api_path() */
    const json_t *body;     /* sent as application/json; NULL: none */
    const char *headers[2]; /* more header lines; NULL: none */
    long wait;              /* seconds that the server may say nothing; 0: 60 */
    /* Where the body goes, when not into memory; called only with a status below 300. Returns
     * false to give up. */
    bool (*sink)(void *ctx, const void *data, size_t len);
    /* Before the first call of `sink`, with the status; false gives up. */
    bool (*begin)(void *ctx, long status, CURL *curl);
    /* Called now and then while bytes flow; may be NULL. */
    void (*progress)(void *ctx);
    void *ctx;
};

/* Makes a path from a format whose every "%s" is encoded as one part of a path or query (RFC 3986)
 * and every "%d" is an int64_t. NULL when memory ran out. The caller frees it. */
char *api_path(const char *format, ...);

/* Sends a request. With a `sink` *ret stays empty, else it receives the body (its maximum is
 * set here). `ret_status` (may be NULL) receives the status. Returns CLI_OK for a status below 300,
 * else an exit code with the reason said. */
int api_send(struct cli *cli, const struct api_request *request, struct assay_buf *ret,
             long *ret_status);

/* GET that must give JSON of type `type` (JSON_OBJECT or JSON_ARRAY). The caller owns *ret. */
int api_get(struct cli *cli, const char *path, json_type type, json_t **ret);

/* The path that lists builds; `target` and `state` may be NULL, `before` 0. The caller frees it. */
char *api_builds_path(const char *target, const char *state, int64_t before, int64_t limit);

/* POST of `body` (may be NULL) that must give an object, or nothing (*ret is NULL then). */
int api_post(struct cli *cli, const char *path, const json_t *body, json_t **ret);

/* Asks for the build whose number is `text`, as typed, or has something done with it: `action` is
 * the last part of the path that is posted to ("cancel"), NULL only to get it. With --json the
 * reply is printed here and *ret untouched; otherwise *ret is the build, the caller's to print and
 * free. */
int api_build(struct cli *cli, const char *text, const char *action, json_t **ret);

/* A body that must be JSON of that type. */
int api_parse(struct cli *cli, const struct assay_buf *body, json_type type, json_t **ret);

/* Frees the connection; NULL is fine. */
void api_close(struct api *api);

#endif
