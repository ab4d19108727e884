/* What the readers of virtual disks' tables share. A map may only name what QEMU shows of the file
 * for certain: whatever it would not understand, or take otherwise, is left out. */
#ifndef ASSAY_IMAGE_FORMAT_VDISK_H
#define ASSAY_IMAGE_FORMAT_VDISK_H

#include "image/format.h"

#define VDISK_SECTOR 512

/* A table of the file that says where the disk's blocks lie. */
struct vdisk_table {
    uint64_t at;    /* of its first entry in the file */
    uint64_t n;     /* entries */
    unsigned entry; /* bytes of an entry: 4 or 8 */
    /* Where a block lies as its entry has it; false when it does not. */
    bool (*block)(const struct vdisk_table *table, const uint8_t *entry, uint64_t *ret_at);
    uint64_t base;  /* for block() */
    uint64_t size;  /* of a block */
    uint64_t first; /* the disk's byte that the first entry is about */
};

/* Notes the blocks of the table that lie wholly in the file, cut at the disk's end `size`. Stops
 * where the table cannot be read. */
void vdisk_map(struct blocks *blocks, const struct vdisk_table *table, uint64_t size,
               struct image_cover *cover);

/* Writes why a disk is not read, for the member `closed`. Returns false. */
bool vdisk_refuse(enum unread_reason *ret_reason, char *ret_detail, size_t size, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

#endif
