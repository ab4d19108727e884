#include <endian.h>
#include <errno.h>
#include <sqfs/xattr.h>
#include <string.h>

#include "image/squashfs/squashfs.h"

/* Moves a cursor to what a reference in the attributes' own metadata points to. */
static struct squashfs_cursor cursor_of(uint64_t table, uint64_t ref)
{
    return (struct squashfs_cursor){table + (ref >> 16), ref & 0xffff};
}

/* A value, or a reference to where it is kept for several. Leaves the cursor behind it. */
static int read_value(struct squashfs *fs, uint64_t table, struct squashfs_cursor *at,
                      bool elsewhere, struct assay_buf *to, struct assay_error *err)
{
    struct squashfs_cursor other;
    uint64_t ref;
    uint32_t len;
    int r = squashfs_meta_read(fs, at, &len, sizeof(len), err);

    if (r == 0 && elsewhere) {
        r = squashfs_meta_read(fs, at, &ref, sizeof(ref), err);
        if (r < 0)
            return r;
        other = cursor_of(table, le64toh(ref));
        at = &other;
        r = squashfs_meta_read(fs, at, &len, sizeof(len), err);
    }
    len = le32toh(len);
    if (r == 0)
        r = assay_buf_append(to, &len, sizeof(len));
    if (r == 0)
        r = assay_buf_reserve(to, len);
    if (r == 0)
        r = squashfs_meta_read(fs, at, to->data + to->len, len, err);
    if (r == 0)
        to->len += len;
    return r;
}

static int read_one(struct squashfs *fs, uint64_t table, struct squashfs_cursor *at,
                    struct assay_buf *to, struct assay_error *err)
{
    sqfs_xattr_entry_t key;
    char name[UINT16_MAX + 1] = "";
    const char *prefix;
    int r = squashfs_meta_read(fs, at, &key, sizeof(key), err);

    if (r == 0)
        r = squashfs_meta_read(fs, at, name, le16toh(key.size), err);
    if (r < 0)
        return r;
    prefix = sqfs_get_xattr_prefix(le16toh(key.type) & SQFS_XATTR_PREFIX_MASK);
    r = assay_buf_append(to, prefix, prefix ? strlen(prefix) : 0);
    if (r == 0)
        r = assay_buf_append(to, name, strlen(name) + 1);
    if (r == 0)
        r = read_value(fs, table, at, le16toh(key.type) & SQFS_XATTR_FLAG_OOL, to, err);
    return r;
}

int squashfs_xattrs_read(struct squashfs *fs, uint32_t index, struct assay_buf *to, size_t *ret_n,
                         struct assay_error *err)
{
    uint64_t start = fs->super.xattr_id_table_start, table;
    struct squashfs_cursor at;
    sqfs_xattr_id_t id;
    size_t n = 0, kept;
    int r;

    *ret_n = 0;
    r = squashfs_read(fs, &table, sizeof(table), start, err);
    if (r == 0)
        r = squashfs_table_read(fs, start + sizeof(sqfs_xattr_id_table_t), index, &id, sizeof(id),
                                err);
    if (r < 0)
        return r;
    table = le64toh(table);
    at = cursor_of(table, le64toh(id.xattr));
    while (r == 0 && n < le32toh(id.count)) {
        if (n == SQUASHFS_XATTRS_MAX)
            return -EFBIG;
        kept = to->len;
        r = read_one(fs, table, &at, to, err);
        if (r < 0)
            to->len = kept;
        else
            *ret_n = ++n;
    }
    return r;
}
