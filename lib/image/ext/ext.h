/* ext2, ext3 and ext4 by libext2fs over blocks. */
#ifndef ASSAY_IMAGE_EXT_EXT_H
#define ASSAY_IMAGE_EXT_EXT_H

#include <ext2fs/ext2fs.h>

#include "image/cover.h"

/* A stretch of a file: `len` blocks from `logical` on lie at `physical`. */
struct ext_run {
    uint64_t logical, physical, len;
};

/* A file's content. */
struct ext_content {
    struct content content;
    ext2_filsys fs;
    struct blocks *blocks;
    struct ext_run *runs;
    size_t n_runs, at;
    uint64_t done;             /* bytes of the run at hand that were read */
    uint8_t *piece;            /* IMAGE_PIECE bytes, lent */
    struct image_cover *cover; /* what was handed over is noted here; lent, may be NULL */
    uint8_t *inlined;          /* content that lies in the inode, owned */
    size_t inlined_len;
    int damage; /* the map is damaged: what was found is read, then this is the end */
    struct assay_error err;
};

/* Opens the file system: io is read from `blocks`, which outlives it. */
errcode_t ext_open(struct blocks *blocks, ext2_filsys *ret);

/* Finds out where the content of `ino` lies. `piece` is lent. Returns 0 (damage is for content.next
 * to tell) or -ENOMEM. */
int ext_content_open(ext2_filsys fs, struct blocks *blocks, ext2_ino_t ino,
                     struct ext2_inode *inode, uint8_t *piece, uint64_t deadline,
                     struct ext_content *ret);
void ext_content_close(struct ext_content *content);

/* Walks the tree, the free space and the label: the format table's function. */
int image_ext_walk(struct image_walk *walk, struct blocks *blocks);

#endif
