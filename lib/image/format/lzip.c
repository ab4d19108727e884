#include <archive.h>

#include "image/format.h"

static bool probe_lzip(const struct image_head *head)
{
    return image_head_has(head, 0, "LZIP\1", 5) && head->len >= 26;
}

static int filter_lzip(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    return filler_archive_new(in, ARCHIVE_FILTER_LZIP, tail, ret);
}

const struct image_format image_format_lzip = {
    .name = "lzip",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "several members",
    .probe = probe_lzip,
    .filter = filter_lzip,
    .suffix = ".lz",
};
