#include <archive.h>
#include <string.h>

#include "image/format.h"

#define BINARY_HEADER 26

static uint16_t word(const uint8_t *p, bool big)
{
    return big ? (uint16_t)(p[0] << 8 | p[1]) : image_le16(p);
}

/* cpio(5), the old binary format, in either byte order: two bytes of magic are few, so the length
 * of the name has to fit as well, and the file's type to be one. */
static bool probe_binary(const struct image_head *head)
{
    bool big = image_head_has(head, 0, "\x71\xc7", 2);
    size_t name;
    unsigned type;

    if ((!big && !image_head_has(head, 0, "\xc7\x71", 2)) || head->len < BINARY_HEADER + 2)
        return false;
    name = word(head->data + 20, big);
    type = word(head->data + 6, big) >> 12;
    return name >= 2 && name <= 4096 && BINARY_HEADER + name <= head->len &&
           memchr(head->data + BINARY_HEADER, 0, name) == head->data + BINARY_HEADER + name - 1 &&
           (type == 0 || type == 1 || type == 2 || type == 4 || type == 6 || type == 8 ||
            type == 10 || type == 12);
}

static bool probe_cpio(const struct image_head *head)
{
    return image_head_has(head, 0, "070701", 6) || image_head_has(head, 0, "070702", 6) ||
           image_head_has(head, 0, "070707", 6) || probe_binary(head);
}

const struct image_format image_format_cpio = {
    .name = "cpio",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "newc, crc, odc and binary; what follows the trailer is looked into (initrd)",
    .probe = probe_cpio,
    .support = archive_read_support_format_cpio,
};
