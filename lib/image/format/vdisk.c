/* The other virtual disks that QEMU reads: told apart here, and kept from naming other files. */
#include <stdio.h>
#include <string.h>

#include "image/format.h"

#define SECTOR 512
#define VMDK_DESCRIPTOR_MAX 65536

static bool refuse(enum unread_reason *ret_reason, char *ret_detail, size_t size, const char *text)
{
    *ret_reason = UNREAD_REFUSED;
    snprintf(ret_detail, size, "%s, which is not part of the artifact", text);
    return false;
}

static bool probe_vmdk(const struct image_head *head)
{
    return (image_head_has(head, 0, "KDMV", 4) && head->len >= SECTOR &&
            image_le32(head->data + 4) <= 3) ||
           image_head_has(head, 0, "# Disk DescriptorFile", 21);
}

/* VMware's "Virtual Disk Format 5.0": a sparse extent with the descriptor inside is complete when
 * that names no parent and no extent but itself. */
static bool closed_vmdk(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                        size_t size)
{
    uint8_t header[SECTOR];
    _cleanup_free_ char *text = NULL;
    uint64_t at, len;

    if (blocks->size < SECTOR || blocks_read(blocks, header, SECTOR, 0, NULL) < 0 ||
        memcmp(header, "KDMV", 4) != 0)
        return refuse(ret_reason, ret_detail, size,
                      "a VMDK descriptor: the disk lies in another file");
    /* Without a capacity of its own QEMU takes the descriptor for a list of other files. */
    if (image_le64(header + 12) == 0)
        return refuse(ret_reason, ret_detail, size,
                      "a VMDK of no capacity: the disk lies in another file");
    at = image_le64(header + 28);
    len = image_le64(header + 36);
    if (!at || !len || len > VMDK_DESCRIPTOR_MAX / SECTOR || at > blocks->size / SECTOR)
        return refuse(ret_reason, ret_detail, size,
                      "a VMDK without its descriptor: that lies in another file");
    text = calloc(1, len * SECTOR + 1);
    if (!text || blocks_read(blocks, text, len * SECTOR, at * SECTOR, NULL) < 0) {
        *ret_reason = UNREAD_CORRUPT;
        snprintf(ret_detail, size, "the VMDK descriptor cannot be read");
        return false;
    }
    if (strstr(text, "parentFileNameHint"))
        return refuse(ret_reason, ret_detail, size, "needs the VMDK it was made from");
    if (!strstr(text, "createType=\"monolithicSparse\"") &&
        !strstr(text, "createType=\"streamOptimized\""))
        return refuse(ret_reason, ret_detail, size, "a VMDK whose extents lie in other files");
    return true;
}

const struct image_format image_format_vmdk = {
    .name = "vmdk",
    .kind = IMAGE_DISK,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "qemu-nbd, libnbd",
    .notes = "monolithicSparse and streamOptimized; other extents are refused",
    .probe = probe_vmdk,
    .driver = "vmdk",
    .closed = closed_vmdk,
};

static bool probe_vhd(const struct image_head *head)
{
    return (image_head_has(head, 0, "conectix", 8) && head->len >= SECTOR) ||
           (head->tail && memcmp(head->tail, "conectix", 8) == 0);
}

/* Microsoft's "Virtual Hard Disk Image Format": disk type 4 is a difference to a parent. */
static bool closed_vhd(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                       size_t size)
{
    uint8_t footer[SECTOR];

    if (blocks->size < SECTOR || blocks_read(blocks, footer, SECTOR, blocks->size - SECTOR, NULL) ||
        image_be32(footer + 60) == 4)
        return refuse(ret_reason, ret_detail, size, "needs the VHD it was made from");
    return true;
}

const struct image_format image_format_vhd = {
    .name = "vhd",
    .kind = IMAGE_DISK,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "qemu-nbd, libnbd",
    .notes = "fixed and dynamic; differences are refused",
    .probe = probe_vhd,
    .driver = "vpc",
    .closed = closed_vhd,
};

static bool probe_vhdx(const struct image_head *head)
{
    return image_head_has(head, 0, "vhdxfile", 8);
}

/* QEMU's reader refuses a VHDX with a parent by itself. */
static bool closed_vhdx(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                        size_t size)
{
    (void)blocks;
    (void)ret_reason;
    (void)ret_detail;
    (void)size;
    return true;
}

const struct image_format image_format_vhdx = {
    .name = "vhdx",
    .kind = IMAGE_DISK,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "qemu-nbd, libnbd",
    .notes = "fixed and dynamic; differences are refused",
    .probe = probe_vhdx,
    .driver = "vhdx",
    .closed = closed_vhdx,
};

static bool probe_vdi(const struct image_head *head)
{
    return image_head_has(head, 64, "\x7f\x10\xda\xbe", 4) && head->len >= SECTOR;
}

/* VirtualBox, VDICore.h: image type 4 is a difference to a parent. */
static bool closed_vdi(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                       size_t size)
{
    uint8_t header[SECTOR];

    if (blocks->size < SECTOR || blocks_read(blocks, header, SECTOR, 0, NULL) < 0 ||
        image_le32(header + 76) == 4)
        return refuse(ret_reason, ret_detail, size, "needs the VDI it was made from");
    return true;
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
};
