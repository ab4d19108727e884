/* libext2fs's view of blocks. */
#include <assay/cleanup.h>
#include <string.h>

#include "image/ext/ext.h"

/* The manager's open() is given a name only; this is what the name stands for. */
static _Thread_local struct blocks *opening;

static struct struct_io_manager manager;

static errcode_t io_open(const char *name, int flags, io_channel *ret)
{
    io_channel channel = NULL;
    errcode_t e;

    (void)flags;
    e = ext2fs_get_memzero(sizeof(*channel), &channel);
    if (e)
        return e;
    e = ext2fs_get_mem(strlen(name) + 1, &channel->name);
    if (e) {
        ext2fs_free_mem(&channel);
        return e;
    }
    strcpy(channel->name, name);
    channel->magic = EXT2_ET_MAGIC_IO_CHANNEL;
    channel->manager = &manager;
    channel->block_size = 1024;
    channel->refcount = 1;
    channel->private_data = opening;
    *ret = channel;
    return 0;
}

static errcode_t io_close(io_channel channel)
{
    if (--channel->refcount > 0)
        return 0;
    ext2fs_free_mem(&channel->name);
    return ext2fs_free_mem(&channel);
}

static errcode_t io_set_blksize(io_channel channel, int size)
{
    channel->block_size = size;
    return 0;
}

/* A negative count is one of bytes. */
static errcode_t io_read_blk64(io_channel channel, unsigned long long block, int count, void *data)
{
    uint64_t at, len = count < 0 ? (uint64_t) - (int64_t)count
                                 : (uint64_t)count * (uint64_t)channel->block_size;

    if (__builtin_mul_overflow(block, (uint64_t)channel->block_size, &at) ||
        blocks_read(channel->private_data, data, len, at, NULL) < 0)
        return EXT2_ET_SHORT_READ;
    return 0;
}

static errcode_t io_read_blk(io_channel channel, unsigned long block, int count, void *data)
{
    return io_read_blk64(channel, block, count, data);
}

static errcode_t io_write_blk(io_channel channel, unsigned long block, int count, const void *data)
{
    (void)channel;
    (void)block;
    (void)count;
    (void)data;
    return EXT2_ET_RO_FILSYS;
}

static errcode_t io_write_blk64(io_channel channel, unsigned long long block, int count,
                                const void *data)
{
    return io_write_blk(channel, (unsigned long)block, count, data);
}

static errcode_t io_flush(io_channel channel)
{
    (void)channel;
    return 0;
}

static struct struct_io_manager manager = {
    .magic = EXT2_ET_MAGIC_IO_MANAGER,
    .name = "blocks",
    .open = io_open,
    .close = io_close,
    .set_blksize = io_set_blksize,
    .read_blk = io_read_blk,
    .write_blk = io_write_blk,
    .flush = io_flush,
    .read_blk64 = io_read_blk64,
    .write_blk64 = io_write_blk64,
};

bool ext_wrong_checksum(errcode_t e)
{
    return e == EXT2_ET_INODE_CSUM_INVALID || e == EXT2_ET_DIR_CSUM_INVALID ||
           e == EXT2_ET_DIR_NO_SPACE_FOR_CSUM || e == EXT2_ET_EXTENT_CSUM_INVALID ||
           e == EXT2_ET_EXT_ATTR_CSUM_INVALID || e == EXT2_ET_BLOCK_BITMAP_CSUM_INVALID;
}

#define OPEN_FLAGS (EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES)

errcode_t ext_open(struct blocks *blocks, ext2_filsys *ret, bool *ret_wrong)
{
    errcode_t e;

    opening = blocks;
    /* Wrong checksums of metadata hide nothing: what can be read is read, and they are told of. */
    e = ext2fs_open2("blocks", NULL, OPEN_FLAGS, 0, 0, &manager, ret);
    *ret_wrong = e == EXT2_ET_SB_CSUM_INVALID;
    if (*ret_wrong)
        e = ext2fs_open2("blocks", NULL, OPEN_FLAGS | EXT2_FLAG_IGNORE_CSUM_ERRORS, 0, 0, &manager,
                         ret);
    opening = NULL;
    if (e == 0)
        (*ret)->flags &= ~EXT2_FLAG_IGNORE_CSUM_ERRORS;
    return e;
}
