#include "image/squashfs/squashfs.h"
#include "image/format.h"

/* The version (4.0) goes with the magic: the four letters alone start text as well. */
static bool probe_squashfs(const struct image_head *head)
{
    return image_head_has(head, 0, "hsqs", 4) && image_head_has(head, 28, "\4\0\0\0", 4);
}

const struct image_format image_format_squashfs = {
    .name = "squashfs",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "libsquashfs",
    .notes = "gzip, xz, zstd, lz4, lzma; gaps and tables as raw bytes; lzo is reported",
    .probe = probe_squashfs,
    .walk = image_squashfs_walk,
};
