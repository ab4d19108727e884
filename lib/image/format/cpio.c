#include <archive.h>

#include "image/format.h"

static bool probe_cpio(const struct image_head *head)
{
    return image_head_has(head, 0, "070701", 6) || image_head_has(head, 0, "070702", 6) ||
           image_head_has(head, 0, "070707", 6);
}

const struct image_format image_format_cpio = {
    .name = "cpio",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "newc, crc and odc; what follows the trailer is looked into (initrd)",
    .probe = probe_cpio,
    .support = archive_read_support_format_cpio,
};
