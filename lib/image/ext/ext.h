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
    bool wrong; /* a checksum of the map is wrong: it was followed all the same */
    int damage; /* the map is damaged: what was found is read, then this is the end */
    struct assay_error err;
};

/* Opens the file system: io is read from `blocks`, which outlives it. *ret_wrong: the superblock's
 * checksum is. */
errcode_t ext_open(struct blocks *blocks, ext2_filsys *ret, bool *ret_wrong);

/* Whether `e` is about a checksum of metadata. What was read fits none, but with
 * EXT2_FLAG_IGNORE_CSUM_ERRORS set in the file system's flags it can be had. */
bool ext_wrong_checksum(errcode_t e);

/* Finds out where the content of `ino` lies. `piece` is lent. Returns 0 (damage is for content.next
 * to tell) or -ENOMEM. */
int ext_content_open(ext2_filsys fs, struct blocks *blocks, ext2_ino_t ino,
                     struct ext2_inode *inode, uint8_t *piece, uint64_t deadline,
                     struct ext_content *ret);
void ext_content_close(struct ext_content *content);

/* Walks the tree, the free space and the label: the format table's function. */
int image_ext_walk(struct image_walk *walk, struct blocks *blocks);

#endif
