/* Exact reads from a stream: what a parser that goes from front to back needs. */
#ifndef ASSAY_SOURCE_READER_H
#define ASSAY_SOURCE_READER_H

#include "source/stream.h"

/* Begins as {.in = STREAM}. */
struct reader {
    struct stream *in;   /* lent */
    const uint8_t *data; /* what is left of the block at hand */
    size_t len;
    uint64_t at; /* bytes taken up to now */
};

/* Lends the next bytes, at least one and at most `max` (above 0), valid until the next call.
 * Returns 1, 0 at the end, or the stream's error. */
int reader_lend(struct reader *reader, uint64_t max, const uint8_t **ret, size_t *ret_len,
                struct assay_error *err);

/* Copies exactly `len` bytes to `data`. Returns 0, -EBADMSG when the stream ends before, or the
 * stream's error. */
int reader_exact(struct reader *reader, void *data, size_t len, struct assay_error *err);

#endif
