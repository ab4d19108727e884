/* A stream as content without holes. */
#ifndef ASSAY_IMAGE_CONTENT_H
#define ASSAY_IMAGE_CONTENT_H

#include "image/walk.h"

struct content_stream {
    struct content content;
    struct stream *in;
    const uint8_t *first;
    size_t first_len;
    uint64_t at;
    bool sized;
};

/* Content of the bytes at `first`, which come before those of `in`; both are lent as long as it is
 * used, `first` until the second piece is asked for. Its size is not known. */
struct content_stream content_stream_of(struct stream *in, const uint8_t *first, size_t first_len);

/* The same of `size` bytes: more or fewer of them are damage, -EBADMSG. */
struct content_stream content_stream_sized(struct stream *in, const uint8_t *first,
                                           size_t first_len, uint64_t size);

#endif
