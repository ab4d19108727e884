/* Microsoft's "Virtual Hard Disk Image Format Specification" 1.0. A dynamic disk begins with a copy
 * of the footer, which is what QEMU goes by; a fixed one is a raw disk and a footer. */
#include <string.h>

#include "image/format/vdisk.h"

#define FOOTER VDISK_SECTOR
#define DIFFERENCE 4
#define HEADER 1024
#define UNALLOCATED UINT32_MAX

static bool is_footer(const uint8_t *data)
{
    return memcmp(data, "conectix", 8) == 0;
}

static bool probe_vhd(const struct image_head *head)
{
    return (head->len >= FOOTER && is_footer(head->data)) || (head->tail && is_footer(head->tail));
}

static bool closed_vhd(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                       size_t size)
{
    uint8_t head[FOOTER] = {0}, foot[FOOTER] = {0};

    if (blocks->size < FOOTER || blocks_read(blocks, head, FOOTER, 0, NULL) < 0 ||
        blocks_read(blocks, foot, FOOTER, blocks->size - FOOTER, NULL) < 0) {
        *ret_reason = UNREAD_CORRUPT;
        snprintf(ret_detail, size, "the VHD is cut off");
        return false;
    }
    if ((is_footer(head) && image_be32(head + 60) == DIFFERENCE) ||
        (is_footer(foot) && image_be32(foot + 60) == DIFFERENCE))
        return vdisk_refuse(ret_reason, ret_detail, size,
                            "needs the VHD it was made from, which is not part of the artifact");
    return true;
}

/* Each block has a bitmap before it. */
static bool block_vhd(const struct vdisk_table *table, const uint8_t *entry, uint64_t *ret_at)
{
    uint32_t sector = image_be32(entry);

    *ret_at = (uint64_t)sector * VDISK_SECTOR + table->base;
    return sector != UNALLOCATED;
}

static void mapped_vhd(struct blocks *blocks, uint64_t size, struct image_cover *cover)
{
    struct vdisk_table table = {.entry = 4, .block = block_vhd};
    uint8_t data[HEADER];

    if (blocks->size < FOOTER || blocks_read(blocks, data, FOOTER, 0, NULL) < 0)
        return;
    if (!is_footer(data)) {
        uint64_t disk = blocks->size - FOOTER;

        image_cover_add(cover, 0, disk < size ? disk : size);
        return;
    }
    if (blocks_read(blocks, data, HEADER, image_be64(data + 16), NULL) < 0 ||
        memcmp(data, "cxsparse", 8) != 0)
        return;
    table.at = image_be64(data + 16);
    table.n = image_be32(data + 28);
    table.size = image_be32(data + 32);
    if (table.size < VDISK_SECTOR || (table.size & (table.size - 1)))
        return;
    table.base = (table.size / (8 * VDISK_SECTOR) + VDISK_SECTOR - 1) / VDISK_SECTOR * VDISK_SECTOR;
    vdisk_map(blocks, &table, size, cover);
}

const struct image_format image_format_vhd = {
    .name = "vhd",
    .kind = IMAGE_DISK,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "qemu-nbd, libnbd",
    .notes = "fixed and dynamic; differences are refused",
    .probe = probe_vhd,
    .around = true,
    .driver = "vpc",
    .closed = closed_vhd,
    .mapped = mapped_vhd,
};
