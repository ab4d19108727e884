#include <archive.h>

#include "image/format.h"

/* compress(1): codes of at most 9 to 16 bits, and with one cleared table the first code is a byte.
 */
static bool probe_compress(const struct image_head *head)
{
    return image_head_has(head, 0, "\x1f\x9d", 2) && head->len > 5 && (head->data[2] & 0x60) == 0 &&
           (head->data[2] & 0x1f) >= 9 && (head->data[2] & 0x1f) <= 16 && (head->data[4] & 1) == 0;
}

static int filter_compress(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    return filler_archive_new(in, ARCHIVE_FILTER_COMPRESS, tail, ret);
}

const struct image_format image_format_compress = {
    .name = "compress",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = ".Z files: they have no checksum",
    .probe = probe_compress,
    .filter = filter_compress,
    .suffix = ".Z",
};
