#include <archive.h>

#include "image/format.h"

#define LEGACY_BLOCK_MAX 8421520 /* LZ4_COMPRESSBOUND() of the 8 MiB that its blocks hold */

/* LZ4 frame format 1.6: version 01 in the first flag byte; or the legacy format, which the kernel's
 * images use: a block's size comes next. */
static bool probe_lz4(const struct image_head *head)
{
    if (head->len <= 8)
        return false;
    if (image_head_has(head, 0, "\x02\x21\x4c\x18", 4))
        return image_le32(head->data + 4) - 1 < LEGACY_BLOCK_MAX;
    return image_head_has(head, 0, "\x04\x22\x4d\x18", 4) && (head->data[4] & 0xc0) == 0x40;
}

static int filter_lz4(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    return filler_archive_new(in, ARCHIVE_FILTER_LZ4, tail, ret);
}

const struct image_format image_format_lz4 = {
    .name = "lz4",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "frames, and the legacy format",
    .probe = probe_lz4,
    .filter = filter_lz4,
    .suffix = ".lz4",
};
