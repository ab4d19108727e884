#include "image/format.h"
#include "image/iso/iso.h"

static bool probe_iso9660(const struct image_head *head)
{
    return image_head_has(head, ISO_SYSTEM_AREA + 1, "CD001", 5);
}

const struct image_format image_format_iso9660 = {
    .name = "iso9660",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "",
    .notes = "Rock Ridge, Joliet, zisofs, hidden boot images, partitions; UDF is reported",
    .probe = probe_iso9660,
    .around = true,
    .walk = image_iso_walk,
};
