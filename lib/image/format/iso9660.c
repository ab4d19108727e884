#include <archive.h>

#include "image/format.h"

static bool probe_iso9660(const struct image_head *head)
{
    return image_head_has(head, 32769, "CD001", 5);
}

const struct image_format image_format_iso9660 = {
    .name = "iso9660",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "libarchive",
    .notes = "with Rock Ridge and Joliet",
    .probe = probe_iso9660,
    .support = archive_read_support_format_iso9660,
};
