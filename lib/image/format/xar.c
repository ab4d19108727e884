#include <archive.h>

#include "image/format.h"

static bool probe_xar(const struct image_head *head)
{
    return image_head_has(head, 0, "xar!", 4) && head->len > 28;
}

const struct image_format image_format_xar = {
    .name = "xar",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "",
    .probe = probe_xar,
    .packed_names = true,
    .support = archive_read_support_format_xar,
};
