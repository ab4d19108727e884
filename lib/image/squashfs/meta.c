/* Metadata: blocks of 8 KiB, each behind two bytes that say how long it is, and the tables in
 * them. */
#include <errno.h>
#include <string.h>

#include "image/format.h"
#include "image/squashfs/squashfs.h"

#define PLAIN 0x8000u /* in a block's header: it is not compressed */

static int meta_load(struct squashfs *fs, uint64_t at, struct squashfs_meta_block *block,
                     struct assay_error *err)
{
    uint8_t header[2], packed[SQUASHFS_META];
    size_t len;
    ssize_t n;
    int r = squashfs_read(fs, header, sizeof(header), at, err);

    block->at = 0;
    if (r < 0)
        return r;
    len = image_le16(header) & ~PLAIN;
    if (!len || len > SQUASHFS_META)
        return assay_error_set(err, EBADMSG, "the metadata block at %llu is damaged",
                               (unsigned long long)at);
    block->next = at + sizeof(header) + len;
    if (image_le16(header) & PLAIN) {
        block->len = len;
        r = squashfs_read(fs, block->data, len, at + sizeof(header), err);
    } else {
        r = squashfs_read(fs, packed, len, at + sizeof(header), err);
        n = r < 0 ? r : squashfs_unpack(fs->unpacker, packed, len, block->data, SQUASHFS_META);
        if (n == -EBADMSG && r == 0)
            return assay_error_set(err, EBADMSG, "the metadata block at %llu is damaged",
                                   (unsigned long long)at);
        r = n < 0 ? (int)n : 0;
        block->len = (size_t)n;
    }
    if (r == 0)
        block->at = at;
    return r;
}

/* Knuth's multiplicative hash. */
static uint32_t slot_of(uint64_t at)
{
    return (uint32_t)at * UINT32_C(2654435761) >> (32 - SQUASHFS_META_BITS);
}

int squashfs_meta_read(struct squashfs *fs, struct squashfs_cursor *cursor, void *data, size_t len,
                       struct assay_error *err)
{
    uint8_t *to = data;

    while (len) {
        struct squashfs_meta_block *block = &fs->meta[slot_of(cursor->block)];
        size_t take;
        int r =
            block->at && block->at == cursor->block ? 0 : meta_load(fs, cursor->block, block, err);

        if (r < 0)
            return r;
        if (cursor->offset > block->len || !block->len)
            return assay_error_set(err, EBADMSG, "it points outside of the metadata block at %llu",
                                   (unsigned long long)cursor->block);
        take = block->len - cursor->offset < len ? block->len - cursor->offset : len;
        memcpy(to, block->data + cursor->offset, take);
        to += take;
        len -= take;
        cursor->offset += take;
        if (cursor->offset == block->len) {
            cursor->block = block->next;
            cursor->offset = 0;
        }
    }
    return 0;
}

int squashfs_table_read(struct squashfs *fs, uint64_t start, uint32_t index, void *data,
                        size_t size, struct assay_error *err)
{
    uint64_t at, per_block = SQUASHFS_META / size;
    struct squashfs_cursor cursor;
    uint8_t place[8];
    int r;

    if (__builtin_add_overflow(start, index / per_block * sizeof(place), &at))
        return assay_error_set(err, EBADMSG, "there is no such table");
    r = squashfs_read(fs, place, sizeof(place), at, err);
    cursor = (struct squashfs_cursor){image_le64(place), (size_t)(index % per_block) * size};
    return r < 0 ? r : squashfs_meta_read(fs, &cursor, data, size, err);
}
