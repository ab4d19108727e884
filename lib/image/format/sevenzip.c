#include <archive.h>

#include "image/format.h"

static bool probe_sevenzip(const struct image_head *head)
{
    return image_head_has(head, 0, "7z\xbc\xaf\x27\x1c", 6);
}

const struct image_format image_format_sevenzip = {
    .name = "7z",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "",
    .probe = probe_sevenzip,
    .packed_names = true,
    .support = archive_read_support_format_7zip,
};
