/* Bytes that can be read at any place: a file, a virtual disk, a part of either. */
#ifndef ASSAY_SOURCE_BLOCKS_H
#define ASSAY_SOURCE_BLOCKS_H

#include <assay/cleanup.h>
#include <assay/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blocks {
    uint64_t size; /* bytes */
    /* Reads exactly `len` bytes at `offset`; the caller has checked that they lie below `size`.
     * Returns 0 or a negative errno. */
    int (*read)(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                struct assay_error *err);
    /* Finds the next bytes that may be other than zeros: a range [*ret_start, *ret_end) with
     * *ret_start >= `offset`; both are `size` when none is left. NULL: not known, all of it. */
    int (*data)(struct blocks *blocks, uint64_t offset, uint64_t *ret_start, uint64_t *ret_end);
    /* Lends the descriptor of a regular file that holds exactly these bytes. NULL: there is none.
     */
    int (*file)(const struct blocks *blocks);
    /* Frees the object and what it owns. May be NULL for one on the stack. */
    void (*close)(struct blocks *blocks);
};

/* Frees it, if there is one to free; NULL is fine. Returns NULL. */
struct blocks *blocks_close(struct blocks *blocks);

static inline void blocks_closep(struct blocks **blocks)
{
    blocks_close(*blocks);
}

#define _cleanup_blocks_ _cleanup_(blocks_closep)

/* Reads with the bounds checked here: -EINVAL for what lies outside. */
int blocks_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                struct assay_error *err);

/* As the member `data`, for any blocks. */
int blocks_data(struct blocks *blocks, uint64_t offset, uint64_t *ret_start, uint64_t *ret_end);

/* As the member `file`, for any blocks: -1 where there is no such file. */
int blocks_fd(const struct blocks *blocks);

/* The bytes of a regular file, read by pread. With `own`, `fd` is closed with the object. */
int blocks_file_new(int fd, bool own, struct blocks **ret, struct assay_error *err);

/* `size` bytes of `whole` from `start` on, cut where `whole` ends. `whole` outlives it. */
int blocks_part_new(struct blocks *whole, uint64_t start, uint64_t size, struct blocks **ret);

/* What the NBD server at the other end of the connected `socket` exports, read only, several
 * requests in flight. Takes the socket over, on failure too. Errors: -ECONNREFUSED when the server
 * does not speak NBD, -ENOMEM. */
int blocks_nbd_new(int socket, struct blocks **ret, struct assay_error *err);

#endif
