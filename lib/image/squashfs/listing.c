#include "image/squashfs/listing.h"

#include <endian.h>
#include <errno.h>
#include <sqfs/dir.h>
#include <string.h>

void squashfs_listing_init(struct squashfs_listing *listing)
{
    listing->names = ASSAY_BUF(SQUASHFS_LISTING_BYTES);
    listing->depth = 0;
}

void squashfs_listing_free(struct squashfs_listing *listing)
{
    assay_buf_free(&listing->names);
}

/* One child in a run of children whose inodes lie in one metadata block, `start_block`. */
static int list_child(struct squashfs *fs, struct squashfs_listing *listing,
                      struct squashfs_cursor *at, uint64_t start_block, uint64_t *left,
                      struct assay_error *err)
{
    char name[UINT16_MAX + 2];
    sqfs_dir_entry_t child;
    uint64_t ref;
    size_t len;
    int r = squashfs_meta_read(fs, at, &child, sizeof(child), err);

    if (r < 0)
        return r;
    len = (size_t)le16toh(child.size) + 1;
    if (*left < sizeof(child) + len)
        return assay_error_set(err, EBADMSG, "the directory's listing is damaged");
    *left -= sizeof(child) + len;
    r = squashfs_meta_read(fs, at, name, len, err);
    if (r == 0 && memchr(name, 0, len))
        return assay_error_set(err, EBADMSG, "the directory has a name with a zero in it");
    name[len] = 0;
    ref = start_block << 16 | le16toh(child.offset);
    if (r == 0)
        r = assay_buf_append(&listing->names, &ref, sizeof(ref));
    if (r == 0)
        r = assay_buf_append(&listing->names, name, len + 1);
    return r == -EFBIG ? assay_error_set(err, EFBIG, "a directory too large to be listed") : r;
}

static int list_children(struct squashfs *fs, struct squashfs_listing *listing,
                         const struct squashfs_inode *inode, struct assay_error *err)
{
    struct squashfs_cursor at = inode->more;
    uint64_t left = inode->size;
    int r = 0;

    while (r == 0 && left) {
        sqfs_dir_header_t header;
        uint32_t more;

        if (left < sizeof(header))
            return assay_error_set(err, EBADMSG, "the directory's listing is damaged");
        left -= sizeof(header);
        r = squashfs_meta_read(fs, &at, &header, sizeof(header), err);
        more = le32toh(header.count); /* children, less one */
        do
            r = r < 0 ? r : list_child(fs, listing, &at, le32toh(header.start_block), &left, err);
        while (r == 0 && more--);
    }
    return r;
}

int squashfs_listing_enter(struct squashfs *fs, struct squashfs_listing *listing,
                           const struct squashfs_inode *inode, const struct assay_buf *path,
                           struct assay_error *err)
{
    struct squashfs_level *level = &listing->levels[listing->depth];
    size_t names = listing->names.len;

    if (listing->depth == SQUASHFS_DEPTH_MAX)
        return assay_error_set(err, EFBIG, "more than %u directories deep", SQUASHFS_DEPTH_MAX);
    *level = (struct squashfs_level){names, names, listing->depth ? path->len + 1 : 0};
    listing->depth++;
    return list_children(fs, listing, inode, err);
}

int squashfs_listing_next(struct squashfs_listing *listing, struct assay_buf *path,
                          uint64_t *ret_ref, struct assay_error *err)
{
    struct squashfs_level *level;
    const char *name;
    int r = 0;

    for (;;) {
        if (!listing->depth)
            return 0;
        level = &listing->levels[listing->depth - 1];
        if (level->next < listing->names.len)
            break;
        listing->names.len = level->names;
        listing->depth--;
    }
    memcpy(ret_ref, listing->names.data + level->next, sizeof(*ret_ref));
    name = (const char *)listing->names.data + level->next + sizeof(*ret_ref);
    level->next += sizeof(*ret_ref) + strlen(name) + 1;
    path->len = level->path ? level->path - 1 : 0;
    if (path->data)
        path->data[path->len] = 0;
    if (level->path)
        r = assay_buf_append(path, "/", 1);
    if (r == 0)
        r = assay_buf_append(path, name, strlen(name));
    if (r == -EFBIG) {
        path->len = level->path ? level->path - 1 : 0;
        path->data[path->len] = 0;
        assay_error_set(err, EFBIG, "a path too long to be followed");
    }
    return r < 0 ? r : 1;
}
