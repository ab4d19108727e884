#include <archive.h>

#include "image/format.h"

static bool probe_zstd(const struct image_head *head)
{
    return image_head_has(head, 0, "\x28\xb5\x2f\xfd", 4) && head->len > 8;
}

static int filter_zstd(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    return filler_archive_new(in, ARCHIVE_FILTER_ZSTD, tail, ret);
}

const struct image_format image_format_zstd = {
    .name = "zstd",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "several frames; windows up to 128 MiB",
    .probe = probe_zstd,
    .filter = filter_zstd,
    .suffix = ".zst",
};
