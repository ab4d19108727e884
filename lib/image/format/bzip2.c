#include <archive.h>

#include "image/format.h"

static bool probe_bzip2(const struct image_head *head)
{
    /* Level, then the magic of a block or of an empty stream (digits of pi, of its root). */
    return image_head_has(head, 0, "BZh", 3) && head->len >= 10 && head->data[3] >= 0x31 &&
           head->data[3] <= 0x39 &&
           (image_head_has(head, 4, "\x31\x41\x59\x26\x53\x59", 6) ||
            image_head_has(head, 4, "\x17\x72\x45\x38\x50\x90", 6));
}

static int filter_bzip2(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    return filler_archive_new(in, ARCHIVE_FILTER_BZIP2, tail, ret);
}

const struct image_format image_format_bzip2 = {
    .name = "bzip2",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "several streams",
    .probe = probe_bzip2,
    .filter = filter_bzip2,
    .suffix = ".bz2",
};
