/* The walk over one ext file system, and the tables it keeps. */
#ifndef ASSAY_IMAGE_EXT_WALK_H
#define ASSAY_IMAGE_EXT_WALK_H

#include "image/ext/ext.h"

#define EXT_LISTING_MAX ((size_t)64 << 20) /* bytes of names in one directory */
#define EXT_DEPTH_MAX 512u                 /* directories in directories */
#define EXT_XATTRS_MAX 64
#define EXT_LINKS_MAX ((size_t)256 << 20) /* bytes of paths kept for hard links */

struct ext_link {
    ext2_ino_t ino;
    char *path;
};

struct ext_walk {
    struct image_walk *walk;
    struct blocks *blocks;
    ext2_filsys fs;
    ext2fs_inode_bitmap seen; /* directories that were met */
    struct ext2_inode_large *inode;
    size_t inode_size;
    uint8_t *piece;
    struct image_cover cover; /* content of files */
    struct ext_link *links;   /* hash table by inode, open addressing; a free slot has no path */
    size_t links_n, links_cap, links_used;
};

struct ext_xattrs {
    struct entry_xattr list[EXT_XATTRS_MAX];
    size_t n;
    int failed;
};

/* Reads the attributes of `ino`, whose inode is ext->inode. *ret_e: what the library said. Returns
 * 0, or with those that could be had -EBADMSG for damaged ones, -EFBIG for more than
 * EXT_XATTRS_MAX, -ENOMEM. */
int ext_xattrs_read(struct ext_walk *ext, ext2_ino_t ino, struct ext_xattrs *ret, errcode_t *ret_e);
void ext_xattrs_free(struct ext_xattrs *xattrs);

/* The path under which `ino` was met first, in *ret_before, NULL when this is the first time.
 * Returns 0, -ENOMEM, or -EFBIG when too many are kept. */
int ext_links_seen(struct ext_walk *ext, ext2_ino_t ino, const char *path, const char **ret_before);
void ext_links_free(struct ext_walk *ext);

#endif
