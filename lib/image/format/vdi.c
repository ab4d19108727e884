/* VirtualBox's disks (VDICore.h). */
#include "image/format/vdisk.h"

#define HEADER 512
#define VERSION 0x00010001
#define DIFFERENCE 4
#define UNALLOCATED 0xfffffffe /* and above */
#define BLOCK (1 << 20)        /* QEMU reads no other size */

static bool probe_vdi(const struct image_head *head)
{
    return image_head_has(head, 64, "\x7f\x10\xda\xbe", 4) && head->len >= HEADER;
}

static bool closed_vdi(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                       size_t size)
{
    uint8_t header[HEADER];

    if (blocks_read(blocks, header, HEADER, 0, NULL) < 0 || image_le32(header + 76) == DIFFERENCE)
        return vdisk_refuse(ret_reason, ret_detail, size,
                            "needs the VDI it was made from, which is not part of the artifact");
    return true;
}

static bool block_vdi(const struct vdisk_table *table, const uint8_t *entry, uint64_t *ret_at)
{
    uint32_t number = image_le32(entry);

    *ret_at = table->base + (uint64_t)number * BLOCK;
    return number < UNALLOCATED;
}

static void mapped_vdi(struct blocks *blocks, uint64_t size, struct image_cover *cover)
{
    struct vdisk_table table = {.entry = 4, .block = block_vdi, .size = BLOCK};
    uint8_t header[HEADER];

    if (blocks_read(blocks, header, HEADER, 0, NULL) < 0 || image_le32(header + 68) != VERSION ||
        image_le32(header + 376) != BLOCK)
        return;
    table.at = image_le32(header + 340);
    table.base = image_le32(header + 344);
    table.n = image_le32(header + 384);
    vdisk_map(blocks, &table, size, cover);
}

const struct image_format image_format_vdi = {
    .name = "vdi",
    .kind = IMAGE_DISK,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "qemu-nbd, libnbd",
    .notes = "fixed and dynamic; differences are refused",
    .probe = probe_vdi,
    .driver = "vdi",
    .closed = closed_vdi,
    .mapped = mapped_vdi,
};
