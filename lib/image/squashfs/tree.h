/* The tree of a squashfs as a stream of records: a thread makes them ahead of whoever takes them.
 * Records are structures in memory, one after the other in each block of the stream, whole in one
 * block, at multiples of SQUASHFS_ALIGN. */
#ifndef ASSAY_IMAGE_SQUASHFS_TREE_H
#define ASSAY_IMAGE_SQUASHFS_TREE_H

#include "image/squashfs/squashfs.h"

#define SQUASHFS_ALIGN 16u

enum squashfs_record_kind {
    SQUASHFS_ENTRY, /* a path; `link` bytes of a target, both NUL-terminated; extended attributes */
    SQUASHFS_DATA,  /* content of the file that was the last entry, its bytes */
    SQUASHFS_END,   /* of that file */
    SQUASHFS_UNREAD, /* a path, empty for the squashfs itself, and what is wrong there */
};

struct squashfs_record {
    enum squashfs_record_kind kind;
    uint32_t size; /* of the whole record, less the padding behind it */
    uint32_t path; /* bytes of the path with its NUL */
    uint32_t link; /* bytes of the target or message with its NUL; 0: none */
    union {
        uint64_t offset; /* DATA: in the file */
        enum unread_reason reason;
        struct {
            int64_t uid, gid, mtime, size;
            uint32_t mode, n_xattrs;
            enum entry_type type;
        } entry;
    };
};

/* Makes the records of `fs`, which is its own until the filler is closed. `walk` is read only:
 * budgets and the deadline. */
int squashfs_tree_new(struct squashfs *fs, struct image_walk *walk, struct filler **ret);

/* Bytes that the stream's blocks need to have. */
size_t squashfs_tree_block(const struct squashfs *fs);

#endif
