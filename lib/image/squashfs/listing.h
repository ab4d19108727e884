/* Directories that are being walked, one inside the other, and what is left of their listings. */
#ifndef ASSAY_IMAGE_SQUASHFS_LISTING_H
#define ASSAY_IMAGE_SQUASHFS_LISTING_H

#include "image/squashfs/squashfs.h"

#define SQUASHFS_LISTING_BYTES ((size_t)64 << 20) /* of all directories that are open */
#define SQUASHFS_DEPTH_MAX 512u

struct squashfs_level {
    size_t names, next; /* where its names begin, and the one that comes next */
    size_t path;        /* bytes of its own path, with the slash that follows */
};

struct squashfs_listing {
    struct assay_buf names; /* again and again: a uint64_t reference to an inode, a name, a NUL */
    struct squashfs_level levels[SQUASHFS_DEPTH_MAX];
    unsigned depth;
};

void squashfs_listing_init(struct squashfs_listing *listing);
void squashfs_listing_free(struct squashfs_listing *listing);

/* Goes into the directory `inode` of the path `path` ("." for the root). Returns 0; with what could
 * be listed: -EBADMSG for damage, -EFBIG for a directory too large or too deep, with `err`; or
 * -ENOMEM, -EIO. */
int squashfs_listing_enter(struct squashfs *fs, struct squashfs_listing *listing,
                           const struct squashfs_inode *inode, const struct assay_buf *path,
                           struct assay_error *err);

/* The next child, its path in `path`. Returns 1, 0 at the end of all, -ENOMEM, or -EFBIG with `err`
 * for a child whose path is too long: `path` is its directory's then, and the next one can be asked
 * for. */
int squashfs_listing_next(struct squashfs_listing *listing, struct assay_buf *path,
                          uint64_t *ret_ref, struct assay_error *err);

#endif
