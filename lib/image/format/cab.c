#include <archive.h>

#include "image/format.h"

static bool probe_cab(const struct image_head *head)
{
    return image_head_has(head, 0, "MSCF\0\0\0\0", 8);
}

const struct image_format image_format_cab = {
    .name = "cab",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "",
    .probe = probe_cab,
    .support = archive_read_support_format_cab,
};
