/* Byte ranges and validators of RFC 9110, §13.1 and §14. */
#ifndef ASSAY_HTTP_RANGE_H
#define ASSAY_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum http_range {
    HTTP_RANGE_WHOLE,         /* no Range, or one to be ignored: the whole content */
    HTTP_RANGE_PART,          /* 206 */
    HTTP_RANGE_UNSATISFIABLE, /* 416 */
};

/* Looks at a Range header (NULL: none) for content of `size` bytes. Only a single byte range is
 * served in part; several, another unit and what is not well-formed are ignored, as §14.2 allows.
 * For HTTP_RANGE_PART writes the first byte and the length, which is never 0. */
enum http_range http_range_parse(const char *header, uint64_t size, uint64_t *ret_first,
                                 uint64_t *ret_length);

/* Does an If-None-Match header (NULL: none) name `etag`, a strong validator with its quotes? The
 * comparison is the weak one (§13.1.2), "*" matches. */
bool http_range_none_match(const char *header, const char *etag);

#endif
