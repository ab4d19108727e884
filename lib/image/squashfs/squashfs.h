/* squashfs 4.0, read so that a thread can decompress ahead of whoever looks at the content.
 *
 * libsquashfs supplies the super block, the structures on disk and the decompressors. The walk is
 * our own: the library allocates what sizes on disk say, and reads a file when it is asked for it.
 * Here nothing is allocated by such a size, and everything is read in the order in which it will be
 * asked for. The layout is that of "Squashfs Binary Format"
 * (https://dr-emann.github.io/squashfs/squashfs.html). */
#ifndef ASSAY_IMAGE_SQUASHFS_SQUASHFS_H
#define ASSAY_IMAGE_SQUASHFS_SQUASHFS_H

#include <sqfs/block.h>
#include <sqfs/inode.h>
#include <sqfs/super.h>

#include "image/cover.h"

#define SQUASHFS_NONE UINT32_MAX /* no fragment, no extended attributes */
#define SQUASHFS_META 8192       /* bytes in a metadata block */
#define SQUASHFS_XATTRS_MAX 64
#define SQUASHFS_XATTR_BYTES ((size_t)128 << 10) /* of one inode's attributes */
#define SQUASHFS_TARGET_MAX 65535u               /* bytes of a symbolic link's target */

struct squashfs_unpacker;

/* Decompresses blocks of the compression `id` (SQFS_COMP_*). Returns 0, -ENOTSUP, -ENOMEM. */
int squashfs_unpacker_new(unsigned id, uint32_t block_size, struct squashfs_unpacker **ret);
void squashfs_unpacker_free(struct squashfs_unpacker *unpacker);

/* Returns the bytes written to `out`, at most `cap`, or -EBADMSG for damage and for what does not
 * fit, -ENOMEM. */
ssize_t squashfs_unpack(struct squashfs_unpacker *unpacker, const uint8_t *in, size_t len,
                        uint8_t *out, size_t cap);

struct squashfs_meta_block {
    uint64_t at, next; /* places of this one and the next in the image; 0: none is held */
    size_t len;
    uint8_t data[SQUASHFS_META];
};

#define SQUASHFS_META_BITS 6
#define SQUASHFS_META_SLOTS (1u << SQUASHFS_META_BITS)

struct squashfs_fragment {
    uint32_t index;
    uint64_t used; /* when, for choosing which one goes; 0: none is held */
    size_t len;
    uint8_t *data; /* super.block_size bytes */
};

#define SQUASHFS_FRAGMENTS_MAX 64
#define SQUASHFS_FRAGMENTS_BYTES ((size_t)16 << 20)

struct squashfs {
    struct blocks *blocks;
    sqfs_super_t super;
    struct squashfs_unpacker *unpacker;
    struct squashfs_meta_block *meta; /* SQUASHFS_META_SLOTS of them */
    uint8_t *packed;                  /* super.block_size bytes: a block as it is stored */
    struct squashfs_fragment fragments[SQUASHFS_FRAGMENTS_MAX];
    uint64_t clock;
    struct image_cover cover; /* blocks in the image whose content was handed over */
};

/* Reads the super block. Returns 0, -EBADMSG for a damaged one and -ENOTSUP for a compression that
 * cannot be read, with `err`; -ENOMEM, -EIO. `blocks` is lent. */
int squashfs_open(struct blocks *blocks, struct squashfs *ret, struct assay_error *err);
void squashfs_close(struct squashfs *fs);

/* blocks_read() with damage told apart from what is not the image's doing: -EBADMSG for a place
 * outside of the image. */
int squashfs_read(struct squashfs *fs, void *data, size_t len, uint64_t at,
                  struct assay_error *err);

/* A place in metadata: `offset` bytes into what the block at `block` holds. */
struct squashfs_cursor {
    uint64_t block;
    size_t offset;
};

/* Reads `len` bytes, from block to block, and moves the cursor on. */
int squashfs_meta_read(struct squashfs *fs, struct squashfs_cursor *cursor, void *data, size_t len,
                       struct assay_error *err);

/* Reads entry `index` of `size` bytes of a two-level table; `start` is where the list of its
 * metadata blocks lies. */
int squashfs_table_read(struct squashfs *fs, uint64_t start, uint32_t index, void *data,
                        size_t size, struct assay_error *err);

struct squashfs_inode {
    unsigned type; /* SQFS_INODE_*, of the basic ones */
    uint16_t mode;
    int64_t uid, gid, mtime; /* owners: -1 where the table has none */
    uint32_t links, xattr;
    uint64_t size;  /* of a file, a directory's listing or a link's target */
    uint64_t start; /* of a file: where its blocks begin */
    uint32_t fragment, in_fragment;
    struct squashfs_cursor more; /* a file's block sizes, a link's target, a directory's listing */
};

/* Reads the inode that a directory or the super block refers to by `ref`. Owners that cannot be had
 * are -1 and make *ret_owners false. */
int squashfs_inode_read(struct squashfs *fs, uint64_t ref, struct squashfs_inode *ret,
                        bool *ret_owners, struct assay_error *err);

/* Appends an inode's extended attributes to `to`: each a NUL-terminated name, a uint32_t with the
 * value's length, the value. Returns 0 or, with those that could be had, -EFBIG for more than
 * SQUASHFS_XATTRS_MAX or what `to` takes, and other errors. */
int squashfs_xattrs_read(struct squashfs *fs, uint32_t index, struct assay_buf *to, size_t *ret_n,
                         struct assay_error *err);

/* A file's content, block after block. */
struct squashfs_content {
    const struct squashfs_inode *inode;
    struct squashfs_cursor sizes;
    uint64_t at;    /* bytes of the file that are behind */
    uint64_t place; /* of the next block in the image */
};

void squashfs_content_begin(struct squashfs_content *content, const struct squashfs_inode *inode);

/* Writes the next block to `out`, which has room for super.block_size bytes; *ret_offset is its
 * place in the file. Blocks of zeros are passed over. Returns its length, 0 at the end, or a
 * negative errno with `err`: after -EBADMSG it can be called again for what comes then. A block of
 * another length than it should have is damage as well, told by `err` beside the length that it
 * has. `steps` bounds the blocks of zeros: -EAGAIN after so many. */
ssize_t squashfs_content_next(struct squashfs *fs, struct squashfs_content *content, uint8_t *out,
                              unsigned steps, uint64_t *ret_offset, struct assay_error *err);

/* Walks the tree and all that is no file's content: the format table's function. */
int image_squashfs_walk(struct image_walk *walk, struct blocks *blocks);

#endif
