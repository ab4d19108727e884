/* El Torito: the catalog of boot images ("El Torito" Bootable CD-ROM Format Specification 1.0,
 * figures 2 to 6). */
#include "image/iso/boot.h"

#include <errno.h>
#include <string.h>

#include "image/format.h"

#define ENTRY 32u
#define VIRTUAL_SECTOR 512u

/* Bytes of a floppy disk by the media type, 0 for what is none. */
static uint64_t floppy_size(unsigned media)
{
    static const uint64_t sizes[] = {0, 1228800, 1474560, 2949120};

    return media < sizeof(sizes) / sizeof(*sizes) ? sizes[media] : 0;
}

static void take_image(struct iso_boot *boot, const uint8_t *entry)
{
    struct iso_extent *image = &boot->images[boot->n];
    uint64_t size = floppy_size(entry[1] & 15);

    if (boot->n == ISO_BOOT_MAX) {
        boot->more = true;
        return;
    }
    image->start = (uint64_t)image_le32(entry + 8) * ISO_SECTOR;
    image->size = size ? size : (uint64_t)image_le16(entry + 6) * VIRTUAL_SECTOR;
    boot->n += image->start != 0;
}

bool iso_boot_parse(const uint8_t *data, size_t len, struct iso_boot *ret)
{
    unsigned sum = 0, left = 0;

    *ret = (struct iso_boot){0};
    if (len < 2 * ENTRY || data[0] != 1 || data[30] != 0x55 || data[31] != 0xaa)
        return false;
    for (size_t i = 0; i < ENTRY; i += 2)
        sum += image_le16(data + i);
    if (sum & 0xffff)
        return false;
    take_image(ret, data + ENTRY);
    for (size_t at = 2 * ENTRY; at + ENTRY <= len; at += ENTRY) {
        const uint8_t *entry = data + at;

        if (left && entry[0] == 0x44) /* goes on with what the last entry says */
            continue;
        if (left) {
            take_image(ret, entry);
            left--;
        } else if (entry[0] == 0x90 || entry[0] == 0x91) {
            left = image_le16(entry + 2);
        } else {
            return true;
        }
    }
    ret->more |= left > 0;
    return true;
}
