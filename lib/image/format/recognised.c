/* Formats that are known by their magic and by nothing else: all that is said about them is that
 * they were not read. */
#include "image/format.h"

#define RECOGNISED(symbol, shown, test)                       \
    static bool probe_##symbol(const struct image_head *head) \
    {                                                         \
        return test;                                          \
    }                                                         \
    const struct image_format image_format_##symbol = {       \
        .name = shown,                                        \
        .kind = IMAGE_RECOGNISED,                             \
        .places = IMAGE_ANYWHERE,                             \
        .by = "",                                             \
        .notes = "raw bytes are scanned, and it is reported", \
        .probe = probe_##symbol,                              \
    }

RECOGNISED(erofs, "erofs", image_head_has(head, 1024, "\xe2\xe1\xf5\xe0", 4));
RECOGNISED(btrfs, "btrfs", image_head_has(head, 65600, "_BHRfS_M", 8));
RECOGNISED(xfs, "xfs", image_head_has(head, 0, "XFSB\0\0", 6));
RECOGNISED(f2fs, "f2fs", image_head_has(head, 1024, "\x10\x20\xf5\xf2", 4));
RECOGNISED(bcachefs, "bcachefs",
           image_head_has(head, 4120,
                          "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef", 16));
RECOGNISED(lvm2, "LVM2",
           image_head_has(head, 512, "LABELONE", 8) && image_head_has(head, 536, "LVM2 001", 8));
RECOGNISED(mdraid, "Linux RAID", image_head_has(head, 4096, "\xfc\x4e\x2b\xa9\1\0\0\0", 8));
RECOGNISED(hfsplus, "HFS+",
           image_head_has(head, 1024, "H+\0\4", 4) || image_head_has(head, 1024, "HX\0\5", 4));

RECOGNISED(rar, "rar", image_head_has(head, 0, "Rar!\x1a\x07", 6));
RECOGNISED(lzop, "lzop", image_head_has(head, 0, "\x89LZO\0\r\n\x1a\n", 9));

static bool probe_luks(const struct image_head *head)
{
    return image_head_has(head, 0, "LUKS\xba\xbe", 6);
}

const struct image_format image_format_luks = {
    .name = "LUKS",
    .kind = IMAGE_RECOGNISED,
    .places = IMAGE_ANYWHERE,
    .by = "",
    .notes = "encrypted: reported",
    .probe = probe_luks,
    .encrypted = true,
};

static bool probe_bitlocker(const struct image_head *head)
{
    return image_head_has(head, 3, "-FVE-FS-", 8);
}

const struct image_format image_format_bitlocker = {
    .name = "BitLocker",
    .kind = IMAGE_RECOGNISED,
    .places = IMAGE_ANYWHERE,
    .by = "",
    .notes = "encrypted: reported",
    .probe = probe_bitlocker,
    .encrypted = true,
};

static bool probe_swap(const struct image_head *head)
{
    return image_head_has(head, 4086, "SWAPSPACE2", 10);
}

const struct image_format image_format_swap = {
    .name = "swap",
    .kind = IMAGE_RECOGNISED,
    .places = IMAGE_IN_REGION | IMAGE_IN_ARTIFACT,
    .by = "",
    .notes = "holds no files: raw bytes are scanned",
    .probe = probe_swap,
    .harmless = true,
};
