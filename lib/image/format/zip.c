#include <archive.h>
#include <string.h>

#include "image/format/zip.h"

#define END_SIZE 22 /* APPNOTE.TXT, 4.3.16: the record at a zip's end, without a comment */

/* Whether a zip without a comment ends here, whose directory lies before. */
static bool ends_as_zip(const uint8_t *end, uint64_t size)
{
    return memcmp(end, "PK\5\6\0\0\0", 8) == 0 && image_le16(end + 20) == 0 &&
           image_le16(end + 8) == image_le16(end + 10) && image_le16(end + 8) > 0 &&
           (uint64_t)image_le32(end + 12) + image_le32(end + 16) <= size - END_SIZE;
}

/* A script's first line before the zip, as Python's zipapp writes it. */
static bool probe_script(const struct image_head *head)
{
    const uint8_t *end;

    if (!image_head_has(head, 0, "#!", 2))
        return false;
    end = memchr(head->data, '\n', head->len < 512 ? head->len : 512);
    return end && image_head_has(head, (size_t)(end - head->data) + 1, "PK\3\4", 4);
}

static bool probe_zip(const struct image_head *head)
{
    return image_head_has(head, 0, "PK\3\4", 4) || image_head_has(head, 0, "PK\5\6", 4) ||
           /* its directory first, as Mozilla's optimised jars */
           image_head_has(head, 4, "PK\1\2", 4) || probe_script(head) ||
           (head->tail && ends_as_zip(head->tail + 512 - END_SIZE, head->size));
}

extern const struct image_format image_format_zip;

static int walk_zip(struct image_walk *walk, struct blocks *blocks)
{
    int r = image_archive_blocks(walk, &image_format_zip, blocks);

    return r < 0 ? r : image_zip_unlisted(walk, blocks);
}

const struct image_format image_format_zip = {
    .name = "zip",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "jar, wheel, apk, office documents; self-extracting ones as the artifact",
    .probe = probe_zip,
    .support = archive_read_support_format_zip,
    .walk = walk_zip,
};
