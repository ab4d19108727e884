#include <endian.h>
#include <errno.h>
#include <string.h>

#include "image/squashfs/squashfs.h"

#define BASIC (SQFS_INODE_EXT_DIR - SQFS_INODE_DIR) /* from an extended type to the basic one */

static int owner(struct squashfs *fs, uint16_t index, int64_t *ret)
{
    uint32_t id;
    int r = -EBADMSG;

    *ret = -1;
    if (index < fs->super.id_count)
        r = squashfs_table_read(fs, fs->super.id_table_start, index, &id, sizeof(id), NULL);
    if (r == 0)
        *ret = le32toh(id);
    return r;
}

static int read_dir(struct squashfs *fs, bool extended, struct squashfs_cursor *at,
                    struct squashfs_inode *to, struct assay_error *err)
{
    sqfs_inode_dir_ext_t ext = {0};
    sqfs_inode_dir_t dir = {0};
    int r = extended ? squashfs_meta_read(fs, at, &ext, sizeof(ext), err)
                     : squashfs_meta_read(fs, at, &dir, sizeof(dir), err);

    to->links = le32toh(extended ? ext.nlink : dir.nlink);
    to->xattr = extended ? le32toh(ext.xattr_idx) : SQUASHFS_NONE;
    to->size = extended ? le32toh(ext.size) : le16toh(dir.size);
    to->size = to->size > 3 ? to->size - 3 : 0; /* "." and ".." are counted, and are not there */
    to->more.block =
        fs->super.directory_table_start + le32toh(extended ? ext.start_block : dir.start_block);
    to->more.offset = le16toh(extended ? ext.offset : dir.offset);
    return r;
}

static int read_file(struct squashfs *fs, bool extended, struct squashfs_cursor *at,
                     struct squashfs_inode *to, struct assay_error *err)
{
    sqfs_inode_file_ext_t ext = {0};
    sqfs_inode_file_t file = {0};
    int r = extended ? squashfs_meta_read(fs, at, &ext, sizeof(ext), err)
                     : squashfs_meta_read(fs, at, &file, sizeof(file), err);

    to->links = extended ? le32toh(ext.nlink) : 1;
    to->xattr = extended ? le32toh(ext.xattr_idx) : SQUASHFS_NONE;
    to->size = extended ? le64toh(ext.file_size) : le32toh(file.file_size);
    to->start = extended ? le64toh(ext.blocks_start) : le32toh(file.blocks_start);
    to->fragment = le32toh(extended ? ext.fragment_idx : file.fragment_index);
    to->in_fragment = le32toh(extended ? ext.fragment_offset : file.fragment_offset);
    to->more = *at;
    if (r == 0 && to->size > INT64_MAX)
        return assay_error_set(err, EBADMSG, "its size is none that exists");
    return r;
}

/* What an extended link has behind its target is one more field. */
static int read_link(struct squashfs *fs, bool extended, struct squashfs_cursor *at,
                     struct squashfs_inode *to, struct assay_error *err)
{
    char target[SQUASHFS_TARGET_MAX];
    struct squashfs_cursor behind;
    sqfs_inode_slink_t link = {0};
    uint32_t xattr;
    int r = squashfs_meta_read(fs, at, &link, sizeof(link), err);

    to->links = le32toh(link.nlink);
    to->size = le32toh(link.target_size);
    to->more = behind = *at;
    if (r == 0 && to->size > SQUASHFS_TARGET_MAX)
        return assay_error_set(err, EBADMSG, "its target is longer than one can be");
    if (r < 0 || !extended)
        return r;
    r = squashfs_meta_read(fs, &behind, target, to->size, err);
    if (r == 0)
        r = squashfs_meta_read(fs, &behind, &xattr, sizeof(xattr), err);
    if (r == 0)
        to->xattr = le32toh(xattr);
    return r;
}

/* Devices, pipes and sockets. */
static int read_special(struct squashfs *fs, bool extended, struct squashfs_cursor *at,
                        struct squashfs_inode *to, struct assay_error *err)
{
    bool device = to->type == SQFS_INODE_BDEV || to->type == SQFS_INODE_CDEV;
    uint32_t fields[3]; /* links, the device's number, attributes */
    size_t n = 1 + device + extended;
    int r = squashfs_meta_read(fs, at, fields, n * sizeof(*fields), err);

    if (r == 0)
        to->links = le32toh(fields[0]);
    if (r == 0 && extended)
        to->xattr = le32toh(fields[n - 1]);
    return r;
}

int squashfs_inode_read(struct squashfs *fs, uint64_t ref, struct squashfs_inode *ret,
                        bool *ret_owners, struct assay_error *err)
{
    struct squashfs_cursor at = {fs->super.inode_table_start + (ref >> 16), ref & 0xffff};
    struct squashfs_inode to = {.xattr = SQUASHFS_NONE, .fragment = SQUASHFS_NONE};
    sqfs_inode_t base;
    bool extended;
    int r = squashfs_meta_read(fs, &at, &base, sizeof(base), err);

    if (r < 0)
        return r;
    to.type = le16toh(base.type);
    if (to.type < SQFS_INODE_DIR || to.type > SQFS_INODE_EXT_SOCKET)
        return assay_error_set(err, EBADMSG, "its inode is of no type that exists");
    extended = to.type >= SQFS_INODE_EXT_DIR;
    to.type -= extended ? BASIC : 0;
    to.mode = le16toh(base.mode) & 07777;
    to.mtime = le32toh(base.mod_time);
    *ret_owners = owner(fs, le16toh(base.uid_idx), &to.uid) == 0;
    *ret_owners &= owner(fs, le16toh(base.gid_idx), &to.gid) == 0;
    if (to.type == SQFS_INODE_DIR)
        r = read_dir(fs, extended, &at, &to, err);
    else if (to.type == SQFS_INODE_FILE)
        r = read_file(fs, extended, &at, &to, err);
    else if (to.type == SQFS_INODE_SLINK)
        r = read_link(fs, extended, &at, &to, err);
    else
        r = read_special(fs, extended, &at, &to, err);
    if (r == 0)
        *ret = to;
    return r;
}
