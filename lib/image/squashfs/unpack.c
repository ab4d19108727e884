/* Blocks of one compression: gzip by ISA-L, zstd by a context that is kept, the rest by
 * libsquashfs. */
#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <sqfs/compressor.h>
#include <sqfs/error.h>
#include <stdlib.h>
#include <zstd.h>

#include "image/squashfs/squashfs.h"

struct squashfs_unpacker {
    unsigned id;
    struct inflate_state *inflate;
    ZSTD_DCtx *zstd;
    sqfs_compressor_t *other;
};

static int other_new(unsigned id, uint32_t block_size, sqfs_compressor_t **ret)
{
    sqfs_compressor_config_t config;
    int r = sqfs_compressor_config_init(&config, id, block_size, SQFS_COMP_FLAG_UNCOMPRESS);

    if (r == 0)
        r = sqfs_compressor_create(&config, ret);
    return r == 0 ? 0 : r == SQFS_ERROR_ALLOC ? -ENOMEM : -ENOTSUP;
}

int squashfs_unpacker_new(unsigned id, uint32_t block_size, struct squashfs_unpacker **ret)
{
    struct squashfs_unpacker *unpacker = calloc(1, sizeof(*unpacker));
    int r = unpacker ? 0 : -ENOMEM;

    if (r == 0) {
        unpacker->id = id;
        if (id == SQFS_COMP_GZIP)
            r = (unpacker->inflate = malloc(sizeof(*unpacker->inflate))) ? 0 : -ENOMEM;
        else if (id == SQFS_COMP_ZSTD)
            r = (unpacker->zstd = ZSTD_createDCtx()) ? 0 : -ENOMEM;
        else
            r = other_new(id, block_size, &unpacker->other);
    }
    if (r < 0)
        squashfs_unpacker_free(unpacker);
    else
        *ret = unpacker;
    return r;
}

void squashfs_unpacker_free(struct squashfs_unpacker *unpacker)
{
    if (!unpacker)
        return;
    free(unpacker->inflate);
    ZSTD_freeDCtx(unpacker->zstd);
    sqfs_destroy(unpacker->other);
    free(unpacker);
}

static ssize_t unpack_gzip(struct inflate_state *state, const uint8_t *in, size_t len, uint8_t *out,
                           size_t cap)
{
    isal_inflate_init(state);
    state->crc_flag = ISAL_ZLIB;
    state->next_in = (uint8_t *)(uintptr_t)in; /* ISA-L only reads it */
    state->avail_in = (uint32_t)len;
    state->next_out = out;
    state->avail_out = (uint32_t)cap;
    if (isal_inflate_stateless(state) != ISAL_DECOMP_OK)
        return -EBADMSG;
    return (ssize_t)(cap - state->avail_out);
}

ssize_t squashfs_unpack(struct squashfs_unpacker *unpacker, const uint8_t *in, size_t len,
                        uint8_t *out, size_t cap)
{
    size_t made;
    int r;

    if (unpacker->inflate)
        return unpack_gzip(unpacker->inflate, in, len, out, cap);
    if (unpacker->zstd) {
        made = ZSTD_decompressDCtx(unpacker->zstd, out, cap, in, len);
        return ZSTD_isError(made) ? -EBADMSG : (ssize_t)made;
    }
    r = unpacker->other->do_block(unpacker->other, in, (sqfs_u32)len, out, (sqfs_u32)cap);
    return r == SQFS_ERROR_ALLOC ? -ENOMEM : r <= 0 ? -EBADMSG : r;
}
