#include <archive.h>

#include "image/format.h"

static bool probe_lzma(const struct image_head *head)
{
    /* No magic: properties as every encoder writes them, a dictionary of 2^n, a plausible size. */
    uint64_t size;

    if (head->len < 18 || head->data[0] != 0x5d || head->data[1] || head->data[2])
        return false;
    size = image_le64(head->data + 5);
    return (size == UINT64_MAX || size < UINT64_C(1) << 38) && head->data[13] == 0;
}

static int filter_lzma(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    return filler_archive_new(in, ARCHIVE_FILTER_LZMA, tail, ret);
}

const struct image_format image_format_lzma = {
    .name = "lzma",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT,
    .by = "libarchive",
    .notes = "only as the artifact: the format has no magic",
    .probe = probe_lzma,
    .filter = filter_lzma,
    .suffix = ".lzma",
};
