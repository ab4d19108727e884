#include "reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routes.h"

/* Headers of every answer that has none of its own: nothing here is meant to be sniffed, framed or
 * run. */
static const char *const common_headers[][2] = {
    {MHD_HTTP_HEADER_X_CONTENT_TYPE_OPTIONS, "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
};

static const struct {
    int code;
    unsigned status;
} error_statuses[] = {
    {ENOENT, MHD_HTTP_NOT_FOUND},
    {EEXIST, MHD_HTTP_CONFLICT},
    {EALREADY, MHD_HTTP_CONFLICT},
    {EINVAL, MHD_HTTP_UNPROCESSABLE_CONTENT},
    {EPERM, MHD_HTTP_FORBIDDEN},
    {ENOSPC, MHD_HTTP_INSUFFICIENT_STORAGE},
    {EMFILE, MHD_HTTP_SERVICE_UNAVAILABLE},
    {ENFILE, MHD_HTTP_SERVICE_UNAVAILABLE},
    {EBUSY, MHD_HTTP_SERVICE_UNAVAILABLE},
};

enum MHD_Result reply_queue(struct request *request, unsigned status, struct MHD_Response *response,
                            uint64_t length)
{
    enum MHD_Result result = MHD_YES;

    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < sizeof(common_headers) / sizeof(*common_headers); i++)
        if (!MHD_get_response_header(response, common_headers[i][0]) &&
            MHD_add_response_header(response, common_headers[i][0], common_headers[i][1]) !=
                MHD_YES)
            result = MHD_NO;
    /* An answer that is its own is kept by nobody; files set their own rule. */
    if (!MHD_get_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL) &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") != MHD_YES)
        result = MHD_NO;
    /* A body that was not taken would be read as the next request. */
    if (status >= 400 && !request->body_taken &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") != MHD_YES)
        result = MHD_NO;
    if (result == MHD_YES)
        result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    request->status = status;
    request->reply_length = request->head ? 0 : length;
    return result;
}

static enum MHD_Result reply_with(struct request *request, unsigned status, const char *type,
                                  char *data, size_t len, const char *header, const char *value)
{
    struct MHD_Response *response;

    if (!data)
        return MHD_NO;
    response = MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(data);
        return MHD_NO;
    }
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) != MHD_YES ||
        (header && MHD_add_response_header(response, header, value) != MHD_YES)) {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return reply_queue(request, status, response, len);
}

enum MHD_Result reply_bytes(struct request *request, unsigned status, const char *type, char *data,
                            size_t len)
{
    return reply_with(request, status, type, data, len, NULL, NULL);
}

enum MHD_Result reply_page(struct request *request, char *data, size_t len)
{
    return reply_with(request, MHD_HTTP_OK, "text/html; charset=utf-8", data, len,
                      "Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action "
                      "'none'; frame-ancestors 'none'; sandbox");
}

enum MHD_Result reply_json_at(struct request *request, unsigned status, json_t *json,
                              const char *location)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    json_decref(json);
    return reply_with(request, status, "application/json", text, text ? strlen(text) : 0,
                      location ? MHD_HTTP_HEADER_LOCATION : NULL, location);
}

enum MHD_Result reply_json(struct request *request, unsigned status, json_t *json)
{
    return reply_json_at(request, status, json, NULL);
}

enum MHD_Result reply_nothing(struct request *request)
{
    return reply_queue(request, MHD_HTTP_NO_CONTENT,
                       MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), 0);
}

enum MHD_Result reply_redirect(struct request *request, const char *location)
{
    return reply_with(request, MHD_HTTP_FOUND, "text/plain; charset=utf-8", strdup(""), 0,
                      MHD_HTTP_HEADER_LOCATION, location);
}

static enum MHD_Result problem(struct request *request, unsigned status, const char *header,
                               const char *value, const char *detail)
{
    _cleanup_json_ json_t *json = json_pack(
        "{s:s, s:s, s:i, s:o}", "type", "about:blank", "title", MHD_get_reason_phrase_for(status),
        "status", (int)status, "detail", assay_json_foreign_string(detail, strlen(detail)));
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    return reply_with(request, status, "application/problem+json", text, text ? strlen(text) : 0,
                      header, value);
}

enum MHD_Result reply_problem(struct request *request, unsigned status, const char *format, ...)
{
    char detail[ASSAY_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    return problem(request, status, NULL, NULL, detail);
}

enum MHD_Result reply_problem_with(struct request *request, unsigned status, const char *header,
                                   const char *value, const char *format, ...)
{
    char detail[ASSAY_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    return problem(request, status, header, value, detail);
}

enum MHD_Result reply_error(struct request *request, const struct assay_error *err)
{
    unsigned status = MHD_HTTP_INTERNAL_SERVER_ERROR;

    for (size_t i = 0; i < sizeof(error_statuses) / sizeof(*error_statuses); i++)
        if (error_statuses[i].code == err->code)
            status = error_statuses[i].status;
    return problem(request, status, NULL, NULL, err->text);
}
