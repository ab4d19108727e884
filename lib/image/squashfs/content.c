/* Where a file's bytes lie: blocks one after the other, and its end in a fragment that it shares
 * with other files. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/squashfs/squashfs.h"

/* Reads a block of `stored` (its length and, in one bit, that it is not compressed) at `place`.
 * Returns its length. */
static ssize_t read_block(struct squashfs *fs, uint64_t place, uint32_t stored, uint8_t *out,
                          struct assay_error *err)
{
    uint32_t len = SQFS_ON_DISK_BLOCK_SIZE(stored);
    ssize_t n = len;
    int r;

    if (len > fs->super.block_size)
        return assay_error_set(err, EBADMSG, "a block at %llu is longer than one can be",
                               (unsigned long long)place);
    if (!SQFS_IS_BLOCK_COMPRESSED(stored)) {
        r = squashfs_read(fs, out, len, place, err);
    } else {
        r = squashfs_read(fs, fs->packed, len, place, err);
        if (r == 0)
            n = squashfs_unpack(fs->unpacker, fs->packed, len, out, fs->super.block_size);
        if (n == -EBADMSG)
            return assay_error_set(err, EBADMSG, "the compressed block at %llu is damaged",
                                   (unsigned long long)place);
    }
    if (r < 0 || n < 0)
        return r < 0 ? r : n;
    image_cover_add(&fs->cover, place, place + len);
    return n;
}

/* How many fragments are kept. */
static size_t fragment_slots(const struct squashfs *fs)
{
    size_t n = SQUASHFS_FRAGMENTS_BYTES / fs->super.block_size;

    return n < SQUASHFS_FRAGMENTS_MAX ? n : SQUASHFS_FRAGMENTS_MAX;
}

/* The fragment `index`, from those that are kept if it is there. */
static int fragment_get(struct squashfs *fs, uint32_t index, struct squashfs_fragment **ret,
                        struct assay_error *err)
{
    struct squashfs_fragment *slot = &fs->fragments[0];
    sqfs_fragment_t where;
    ssize_t n;
    int r;

    for (size_t i = 0; i < fragment_slots(fs); i++) {
        struct squashfs_fragment *one = &fs->fragments[i];

        if (one->used && one->index == index) {
            one->used = ++fs->clock;
            *ret = one;
            return 0;
        }
        slot = one->used < slot->used ? one : slot;
    }
    if (index >= fs->super.fragment_entry_count)
        return assay_error_set(err, EBADMSG, "there is no fragment %u", index);
    r = squashfs_table_read(fs, fs->super.fragment_table_start, index, &where, sizeof(where), err);
    if (r < 0)
        return r;
    if (!slot->data && !(slot->data = malloc(fs->super.block_size)))
        return -ENOMEM;
    slot->used = 0;
    n = read_block(fs, le64toh(where.start_offset), le32toh(where.size), slot->data, err);
    if (n < 0)
        return (int)n;
    slot->index = index;
    slot->len = (size_t)n;
    slot->used = ++fs->clock;
    *ret = slot;
    return 0;
}

void squashfs_content_begin(struct squashfs_content *content, const struct squashfs_inode *inode)
{
    *content =
        (struct squashfs_content){.inode = inode, .sizes = inode->more, .place = inode->start};
}

/* The file's end, `len` bytes. */
static ssize_t content_tail(struct squashfs *fs, const struct squashfs_inode *inode, size_t len,
                            uint8_t *out, struct assay_error *err)
{
    struct squashfs_fragment *fragment = NULL;
    int r = fragment_get(fs, inode->fragment, &fragment, err);

    if (r < 0)
        return r;
    if (inode->in_fragment > fragment->len || len > fragment->len - inode->in_fragment)
        return assay_error_set(err, EBADMSG, "its end lies outside of fragment %u",
                               inode->fragment);
    memcpy(out, fragment->data + inode->in_fragment, len);
    return (ssize_t)len;
}

/* The rest of the file is lost when it is not known where its blocks lie. */
static ssize_t content_lost(struct squashfs_content *content, int r)
{
    content->at = content->inode->size;
    return r;
}

ssize_t squashfs_content_next(struct squashfs *fs, struct squashfs_content *content, uint8_t *out,
                              unsigned steps, uint64_t *ret_offset, struct assay_error *err)
{
    const struct squashfs_inode *inode = content->inode;

    while (content->at < inode->size && steps--) {
        uint64_t left = inode->size - content->at, place = content->place;
        size_t want = left < fs->super.block_size ? (size_t)left : fs->super.block_size;
        uint32_t stored;
        ssize_t n;
        int r;

        *ret_offset = content->at;
        if (want < fs->super.block_size && inode->fragment != SQUASHFS_NONE) {
            content->at += want;
            return content_tail(fs, inode, want, out, err);
        }
        r = squashfs_meta_read(fs, &content->sizes, &stored, sizeof(stored), err);
        if (r < 0)
            return content_lost(content, r);
        stored = le32toh(stored);
        content->at += want;
        if (__builtin_add_overflow(place, SQFS_ON_DISK_BLOCK_SIZE(stored), &content->place))
            return content_lost(
                content, assay_error_set(err, EBADMSG, "its blocks lie outside of the image"));
        if (SQFS_IS_SPARSE_BLOCK(stored))
            continue;
        n = read_block(fs, place, stored, out, err);
        if (n < 0 || (size_t)n == want)
            return n;
        assay_error_set(err, EBADMSG, "the block at %llu holds %zd bytes and not %zu",
                        (unsigned long long)place, n, want);
        return n ? n : -EBADMSG;
    }
    return content->at < inode->size ? -EAGAIN : 0;
}
