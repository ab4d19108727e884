#include <archive.h>

#include "image/format.h"

static bool probe_rpm(const struct image_head *head)
{
    return image_head_has(head, 0, "\xed\xab\xee\xdb", 4) && head->len >= 112;
}

/* libarchive reads a package as a filter (the lead and headers) before its payload's. */
static int support_rpm(struct archive *archive)
{
    archive_read_support_filter_rpm(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_lzma(archive);
    archive_read_support_filter_zstd(archive);
    return archive_read_support_format_cpio(archive);
}

const struct image_format image_format_rpm = {
    .name = "rpm",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "the payload's files",
    .probe = probe_rpm,
    .support = support_rpm,
};
