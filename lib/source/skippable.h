/* Skippable frames: bytes among zstd and LZ4 data that decompressors pass over. */
#ifndef ASSAY_SOURCE_SKIPPABLE_H
#define ASSAY_SOURCE_SKIPPABLE_H

#include <stdbool.h>

#include "source/filler.h"

/* A position in a stream of frames. Begins as {0}. */
struct skippable {
    int (*step)(struct skippable *self); /* takes `head` when it is full; NULL: a magic number */
    uint8_t head[16];
    size_t have, need; /* bytes of `head` */
    uint64_t skip;     /* bytes to pass over before the next head */
    bool capture;      /* they are a skippable frame's */
    bool checksum, block_checksum;
    bool lost; /* no frame that is known: damage, which the decompressor tells of */
};

/* Follows the next `len` bytes of compressed data, and adds what skippable frames hold to `tail`.
 * The layouts are those of RFC 8878, 3.1, and of the "LZ4 Frame Format Description" 1.6. */
void skippable_feed(struct skippable *self, const uint8_t *data, size_t len,
                    struct filler_tail *tail);

#endif
