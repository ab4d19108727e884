#include <archive.h>

#include "image/format.h"

static bool probe_zip(const struct image_head *head)
{
    return image_head_has(head, 0, "PK\3\4", 4) || image_head_has(head, 0, "PK\5\6", 4);
}

const struct image_format image_format_zip = {
    .name = "zip",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "jar, wheel, apk, office documents",
    .probe = probe_zip,
    .support = archive_read_support_format_zip,
};
