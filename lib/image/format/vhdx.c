/* Microsoft's [MS-VHDX] "Virtual Hard Disk v2 (VHDX) File Format". */
#include <string.h>

#include "image/format/vdisk.h"

#define REGIONS_AT (192 << 10) /* the first of two region tables, the one that QEMU reads */
#define TABLE ((size_t)64 << 10)
#define ENTRIES_MAX 2047 /* of either table */
#define ENTRY 32
#define HAS_PARENT 2u
#define FULLY_PRESENT 6 /* a block's state */
#define OFFSET_MASK (~UINT64_C(0) << 20)
#define SECTORS_A_CHUNK (UINT64_C(1) << 23)

static const uint8_t bat_guid[16] = {0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42,
                                     0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08};
static const uint8_t metadata_guid[16] = {0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b,
                                          0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e};
static const uint8_t parameters_guid[16] = {0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
                                            0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b};
static const uint8_t sector_guid[16] = {0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
                                        0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f};

struct vhdx {
    uint64_t bat_at, bat_len;
    uint32_t block, parameters, sector; /* bytes; flags; bytes */
};

/* The one entry with this GUID among `n` of 32 bytes; NULL when there is none, or two. */
static const uint8_t *find_entry(const uint8_t *entries, size_t n, const uint8_t *guid)
{
    const uint8_t *found = NULL;

    for (size_t i = 0; i < n; i++) {
        if (memcmp(entries + i * ENTRY, guid, 16) != 0)
            continue;
        if (found)
            return NULL;
        found = entries + i * ENTRY;
    }
    return found;
}

static bool parse_metadata(struct blocks *blocks, uint64_t at, uint8_t *table, struct vhdx *ret)
{
    const uint8_t *parameters, *sector;
    uint8_t item[8];
    size_t n;

    if (blocks_read(blocks, table, TABLE, at, NULL) < 0 || memcmp(table, "metadata", 8) != 0)
        return false;
    n = image_le16(table + 10);
    if (n > ENTRIES_MAX)
        return false;
    parameters = find_entry(table + ENTRY, n, parameters_guid);
    sector = find_entry(table + ENTRY, n, sector_guid);
    if (!parameters || !sector ||
        blocks_read(blocks, item, 8, at + image_le32(parameters + 16), NULL) < 0)
        return false;
    ret->block = image_le32(item);
    ret->parameters = image_le32(item + 4);
    if (blocks_read(blocks, item, 4, at + image_le32(sector + 16), NULL) < 0)
        return false;
    ret->sector = image_le32(item);
    return true;
}

static bool parse(struct blocks *blocks, struct vhdx *ret)
{
    _cleanup_free_ uint8_t *table = malloc(TABLE);
    const uint8_t *bat, *metadata;
    size_t n;

    if (!table || blocks_read(blocks, table, TABLE, REGIONS_AT, NULL) < 0 ||
        memcmp(table, "regi", 4) != 0)
        return false;
    n = image_le32(table + 8);
    if (n > ENTRIES_MAX)
        return false;
    bat = find_entry(table + 16, n, bat_guid);
    metadata = find_entry(table + 16, n, metadata_guid);
    if (!bat || !metadata)
        return false;
    ret->bat_at = image_le64(bat + 16);
    ret->bat_len = image_le32(bat + 24);
    return parse_metadata(blocks, image_le64(metadata + 16), table, ret);
}

static bool probe_vhdx(const struct image_head *head)
{
    return image_head_has(head, 0, "vhdxfile", 8);
}

static bool closed_vhdx(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                        size_t size)
{
    struct vhdx vhdx = {0};

    /* One that cannot be understood is told of by QEMU, which opens no parents at all. */
    if (parse(blocks, &vhdx) && (vhdx.parameters & HAS_PARENT))
        return vdisk_refuse(ret_reason, ret_detail, size,
                            "needs the VHDX it was made from, which is not part of the artifact");
    return true;
}

static bool block_vhdx(const struct vdisk_table *table, const uint8_t *entry, uint64_t *ret_at)
{
    uint64_t value = image_le64(entry);

    (void)table;
    *ret_at = value & OFFSET_MASK;
    return (value & 7) == FULLY_PRESENT;
}

static void mapped_vhdx(struct blocks *blocks, uint64_t size, struct image_cover *cover)
{
    struct vdisk_table table = {.entry = 8, .block = block_vhdx};
    struct vhdx vhdx = {0};
    uint64_t chunk;

    if (!parse(blocks, &vhdx) || (vhdx.parameters & HAS_PARENT))
        return;
    if (vhdx.block < 1 << 20 || vhdx.block > 256 << 20 || (vhdx.block & (vhdx.block - 1)) ||
        (vhdx.sector != 512 && vhdx.sector != 4096))
        return;
    chunk = SECTORS_A_CHUNK * vhdx.sector / vhdx.block;
    table.size = vhdx.block;
    for (uint64_t i = 0; table.first < size; i++, table.first += chunk * vhdx.block) {
        uint64_t before = i * (chunk + 1); /* each chunk ends with the entry of its bitmap */

        if (before >= vhdx.bat_len / table.entry)
            return;
        table.at = vhdx.bat_at + before * table.entry;
        table.n = vhdx.bat_len / table.entry - before;
        table.n = table.n < chunk ? table.n : chunk;
        vdisk_map(blocks, &table, size, cover);
    }
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
    .mapped = mapped_vhdx,
};
