#include "file.h"

#include <assay/cleanup.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "range.h"
#include "reply.h"

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Names of releases are plain (letters, digits, ".-_+"), so that quotes need no escaping; one that
 * is not is left out, as the browser then takes the name from the address. */
static bool add_disposition(struct MHD_Response *response, const char *filename)
{
    char value[256];

    if (!filename || strpbrk(filename, "\"\\") || strlen(filename) > 200)
        return true;
    snprintf(value, sizeof(value), "attachment; filename=\"%s\"", filename);
    return add(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, value);
}

/* What 200, 206 and 304 have in common (RFC 9110, §15.3.7 and §15.4.5). */
static bool add_common(struct MHD_Response *response, const struct file_answer *answer)
{
    if (!add(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes"))
        return false;
    if (!answer->etag)
        return true;
    return add(response, MHD_HTTP_HEADER_ETAG, answer->etag) &&
           add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "public, max-age=31536000, immutable");
}

static enum MHD_Result send_part(struct request *request, int fd, uint64_t first, uint64_t length,
                                 const char *content_range, const struct file_answer *answer)
{
    struct MHD_Response *response;

    if (length > 0)
        response = MHD_create_response_from_fd_at_offset64(length, fd, first);
    else
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!response || length == 0) /* with content, the response closes it */
        close(fd);
    if (!response)
        return MHD_NO;
    if (!add_common(response, answer) ||
        !add(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type) ||
        !add_disposition(response, answer->filename) ||
        (content_range && !add(response, MHD_HTTP_HEADER_CONTENT_RANGE, content_range))) {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return reply_queue(request, content_range ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response,
                       length);
}

/* The file is given although nothing of it is sent, as a Content-Length must be that of the 200
 * (§8.6). */
static enum MHD_Result send_not_modified(struct request *request, int fd, uint64_t size,
                                         const struct file_answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_fd64(size, fd);

    if (!response)
        close(fd);
    else if (!add_common(response, answer)) {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return reply_queue(request, MHD_HTTP_NOT_MODIFIED, response, 0);
}

enum MHD_Result file_send(struct request *request, int fd, uint64_t size,
                          const struct file_answer *answer)
{
    _cleanup_close_ int owned = fd;
    const char *if_range = request_header(request, MHD_HTTP_HEADER_IF_RANGE);
    /* §14.2: a Range means something with GET only. */
    const char *range = request->head ? NULL : request_header(request, MHD_HTTP_HEADER_RANGE);
    uint64_t first = 0, length = size;
    char content_range[80];

    if (answer->etag &&
        http_range_none_match(request_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH), answer->etag))
        return send_not_modified(request, assay_take_fd(&owned), size, answer);
    /* §13.1.5: a strong comparison; a date never matches, as no Last-Modified is given. */
    if (if_range && (!answer->etag || strcmp(if_range, answer->etag) != 0))
        range = NULL;
    switch (http_range_parse(range, size, &first, &length)) {
    case HTTP_RANGE_WHOLE:
        return send_part(request, assay_take_fd(&owned), 0, size, NULL, answer);
    case HTTP_RANGE_PART:
        snprintf(content_range, sizeof(content_range), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                 first, first + length - 1, size);
        return send_part(request, assay_take_fd(&owned), first, length, content_range, answer);
    case HTTP_RANGE_UNSATISFIABLE:
        break;
    }
    snprintf(content_range, sizeof(content_range), "bytes */%" PRIu64, size);
    return reply_problem_with(
        request, MHD_HTTP_RANGE_NOT_SATISFIABLE, MHD_HTTP_HEADER_CONTENT_RANGE, content_range,
        "The range \"%.100s\" lies outside of the content, which has %" PRIu64 " bytes.", range,
        size);
}
