#include <archive.h>

#include "image/format.h"

static bool probe_xz(const struct image_head *head)
{
    return image_head_has(head, 0, "\3757zXZ\0", 6);
}

static int filter_xz(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    return filler_archive_new(in, ARCHIVE_FILTER_XZ, tail, ret);
}

const struct image_format image_format_xz = {
    .name = "xz",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "several streams and blocks",
    .probe = probe_xz,
    .filter = filter_xz,
    .suffix = ".xz",
};
