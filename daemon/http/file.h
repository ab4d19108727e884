/* Files as answers: conditional, in part, by sendfile. */
#ifndef ASSAY_HTTP_FILE_H
#define ASSAY_HTTP_FILE_H

#include <microhttpd.h>
#include <stdint.h>

#include "request.h"

struct file_answer {
    const char *type;     /* of the content */
    const char *etag;     /* strong validator with its quotes; NULL: the file may still grow, so
                             that nothing is cached and If-Range is never true */
    const char *filename; /* that browsers save it as; NULL: shown in place */
};

/* Answers with the first `size` bytes of `fd` (consumed, also on failure) as the request's Range,
 * If-Range and If-None-Match say: 200, 206, 304 or 416. */
enum MHD_Result file_send(struct request *request, int fd, uint64_t size,
                          const struct file_answer *answer);

#endif
