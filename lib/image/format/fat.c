/* FAT, exFAT and NTFS: boot sectors told apart by their fields (Microsoft's "FAT: General Overview
 * of On-Disk Format" and "exFAT file system specification"). */
#include "image/format.h"
#include "image/tsk/tsk.h"

static bool is_power(unsigned value, unsigned low, unsigned high)
{
    return value >= low && value <= high && (value & (value - 1)) == 0;
}

static bool probe_fat(const struct image_head *head)
{
    const uint8_t *boot = head->data;

    return image_head_has(head, 510, "\x55\xaa", 2) && (boot[0] == 0xeb || boot[0] == 0xe9) &&
           is_power(image_le16(boot + 11), 512, 4096) && is_power(boot[13], 1, 128) &&
           image_le16(boot + 14) > 0 && (boot[16] == 1 || boot[16] == 2) &&
           (boot[21] == 0xf0 || boot[21] >= 0xf8);
}

const struct image_format image_format_fat = {
    .name = "fat",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "The Sleuth Kit",
    .notes = "FAT12, FAT16, FAT32; deleted files, slack and free space as well",
    .probe = probe_fat,
    .walk = image_tsk_walk_fat,
};

static bool probe_exfat(const struct image_head *head)
{
    return image_head_has(head, 510, "\x55\xaa", 2) && image_head_has(head, 3, "EXFAT   ", 8);
}

const struct image_format image_format_exfat = {
    .name = "exfat",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "The Sleuth Kit",
    .notes = "deleted files, slack and free space as well",
    .probe = probe_exfat,
    .walk = image_tsk_walk_exfat,
};

static bool probe_ntfs(const struct image_head *head)
{
    return image_head_has(head, 510, "\x55\xaa", 2) && image_head_has(head, 3, "NTFS    ", 8);
}

const struct image_format image_format_ntfs = {
    .name = "ntfs",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "The Sleuth Kit",
    .notes = "alternate data streams; deleted files, slack and free space as well",
    .probe = probe_ntfs,
    .walk = image_tsk_walk_ntfs,
};
