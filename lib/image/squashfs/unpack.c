/* Blocks of one compression: gzip by ISA-L, zstd by a context that is kept, the rest by
 * libsquashfs. */
#include <errno.h>
#include <sqfs/compressor.h>
#include <sqfs/error.h>
#include <stdlib.h>
#include <zstd.h>

#include "image/squashfs/squashfs.h"
#include "source/inflate.h"

struct squashfs_unpacker {
    unsigned id;
    struct source_inflate *inflate;
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
            r = source_inflate_new(&unpacker->inflate);
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
    source_inflate_free(unpacker->inflate);
    ZSTD_freeDCtx(unpacker->zstd);
    sqfs_destroy(unpacker->other);
    free(unpacker);
}

ssize_t squashfs_unpack(struct squashfs_unpacker *unpacker, const uint8_t *in, size_t len,
                        uint8_t *out, size_t cap)
{
    size_t made;
    int r;

    if (unpacker->inflate)
        return source_inflate_zlib(unpacker->inflate, in, len, out, cap);
    if (unpacker->zstd) {
        made = ZSTD_decompressDCtx(unpacker->zstd, out, cap, in, len);
        return ZSTD_isError(made) ? -EBADMSG : (ssize_t)made;
    }
    r = unpacker->other->do_block(unpacker->other, in, (sqfs_u32)len, out, (sqfs_u32)cap);
    return r == SQFS_ERROR_ALLOC ? -ENOMEM : r <= 0 ? -EBADMSG : r;
}
