/* Bytes that come once, in order. Blocks are lent, not copied: a consumer that needs bytes after
 * the next call copies them. */
#ifndef ASSAY_SOURCE_STREAM_H
#define ASSAY_SOURCE_STREAM_H

#include <assay/cleanup.h>
#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stream {
    /* Lends the next block, of any length above 0, valid until the next call. Returns 1 with a
     * block, 0 at the end, a negative errno on failure (a truncated or corrupt source included). */
    int (*next)(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                struct assay_error *err);
    /* Frees the object and what it owns. May be NULL for one on the stack. */
    void (*close)(struct stream *stream);
};

/* Frees it, if there is one to free; NULL is fine. Returns NULL. */
struct stream *stream_close(struct stream *stream);

static inline void stream_closep(struct stream **stream)
{
    stream_close(*stream);
}

#define _cleanup_stream_ _cleanup_(stream_closep)

/* What makes bytes: a file, an inflater. */
struct filler {
    uint64_t in; /* bytes of input taken up to now */
    /* Writes the next bytes, at most `cap`, to `data`. Returns how many, 0 at the end, or a
     * negative errno: -EBADMSG for damaged input, -EFBIG over a budget. What was made before an
     * error is returned first. */
    ssize_t (*fill)(struct filler *filler, uint8_t *data, size_t cap, struct assay_error *err);
    /* Frees the object and what it owns. May be NULL. */
    void (*close)(struct filler *filler);
};

static inline struct filler *filler_close(struct filler *filler)
{
    if (filler && filler->close)
        filler->close(filler);
    return NULL;
}

/* A stream of what `filler` makes, in blocks of `block` bytes, made on demand. Owns the filler, on
 * failure too. */
int stream_direct_new(struct filler *filler, size_t block, struct stream **ret);

/* The same, made ahead by a thread of its own into a ring of `slots` blocks. */
int stream_ring_new(struct filler *filler, size_t slots, size_t block, struct stream **ret);

#endif
