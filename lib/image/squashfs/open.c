#include <errno.h>
#include <sqfs/compressor.h>
#include <sqfs/error.h>
#include <sqfs/io.h>
#include <stdlib.h>

#include "image/squashfs/squashfs.h"

/* libsquashfs's view of blocks. */
struct file {
    sqfs_file_t file;
    struct blocks *blocks;
    int failed;
};

static int file_read_at(sqfs_file_t *base, sqfs_u64 offset, void *data, size_t len)
{
    struct file *file = (struct file *)base;

    file->failed = blocks_read(file->blocks, data, len, offset, NULL);
    return file->failed < 0 ? SQFS_ERROR_IO : 0;
}

static sqfs_u64 file_get_size(const sqfs_file_t *base)
{
    return ((const struct file *)base)->blocks->size;
}

static const char *what_is_wrong(int code)
{
    switch (code) {
    case SFQS_ERROR_SUPER_MAGIC:
    case SFQS_ERROR_SUPER_VERSION:
        return "it is of another version";
    case SQFS_ERROR_SUPER_BLOCK_SIZE:
        return "its block size is none that exists";
    default:
        return "its super block is damaged";
    }
}

int squashfs_open(struct blocks *blocks, struct squashfs *ret, struct assay_error *err)
{
    struct file file = {.file = {.read_at = file_read_at, .get_size = file_get_size},
                        .blocks = blocks};
    const char *name;
    int r;

    *ret = (struct squashfs){.blocks = blocks};
    r = sqfs_super_read(&ret->super, &file.file);
    if (r && file.failed < 0 && file.failed != -EINVAL)
        return file.failed;
    if (r)
        return assay_error_set(err, EBADMSG, "the squashfs cannot be opened: %s", what_is_wrong(r));
    r = squashfs_unpacker_new(ret->super.compression_id, ret->super.block_size, &ret->unpacker);
    if (r == -ENOTSUP) {
        name = sqfs_compressor_name_from_id(ret->super.compression_id);
        return assay_error_set(err, ENOTSUP, "a squashfs compressed by %s is not read here",
                               name ? name : "an unknown method");
    }
    ret->packed = malloc(ret->super.block_size);
    ret->meta = calloc(SQUASHFS_META_SLOTS, sizeof(*ret->meta));
    if (r < 0 || !ret->packed || !ret->meta) {
        squashfs_close(ret);
        return -ENOMEM;
    }
    return 0;
}

void squashfs_close(struct squashfs *fs)
{
    for (size_t i = 0; i < SQUASHFS_FRAGMENTS_MAX; i++)
        free(fs->fragments[i].data);
    image_cover_free(&fs->cover);
    squashfs_unpacker_free(fs->unpacker);
    free(fs->packed);
    free(fs->meta);
    *fs = (struct squashfs){0};
}

int squashfs_read(struct squashfs *fs, void *data, size_t len, uint64_t at, struct assay_error *err)
{
    int r = blocks_read(fs->blocks, data, len, at, err);

    return r == -EINVAL
               ? assay_error_set(err, EBADMSG, "it points outside of the image, to byte %llu",
                                 (unsigned long long)at)
               : r;
}
