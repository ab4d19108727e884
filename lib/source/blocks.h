/* Bytes that can be read at any place: a file, a virtual disk, a part of either. */
#ifndef ASSAY_SOURCE_BLOCKS_H
#define ASSAY_SOURCE_BLOCKS_H

#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

struct blocks {
    uint64_t size; /* bytes */
    /* Reads exactly `len` bytes at `offset`; the caller has checked that they lie below `size`.
     * Returns 0 or a negative errno. */
    int (*read)(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                struct assay_error *err);
    /* Frees the object and what it owns. May be NULL for one on the stack. */
    void (*close)(struct blocks *blocks);
};

#endif
