/* Bytes that come once, in order. Blocks are lent, not copied: a consumer that needs bytes after
 * the next call copies them. */
#ifndef ASSAY_SOURCE_STREAM_H
#define ASSAY_SOURCE_STREAM_H

#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
    /* Lends the next block, of any length above 0, valid until the next call. Returns 1 with a
     * block, 0 at the end, a negative errno on failure (a truncated or corrupt source included). */
    int (*next)(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                struct assay_error *err);
    /* Frees the object and what it owns. May be NULL for one on the stack. */
    void (*close)(struct stream *stream);
};

#endif
