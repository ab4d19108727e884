/* Disks: the partitions of a GPT or MBR, and what lies between them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/cover.h"
#include "image/format.h"
#include "image/tsk/table.h"
#include "image/tsk/tsk.h"

#define PARTITIONS_MAX 1024

struct part {
    unsigned number;     /* as Linux counts: p1, p2, logical ones from p5 on */
    uint64_t start, end; /* bytes */
    unsigned link;       /* of the chain of logical partitions, 0: no such one */
    bool boot_code;      /* holds code, no file system */
};

struct disk {
    struct image_walk *walk;
    struct blocks *blocks;
    unsigned sector;
    struct part parts[PARTITIONS_MAX];
    size_t n;
};

/* GPT entry types (UEFI 2.10, 5.3.3) of partitions that hold a boot loader's code as raw bytes:
 * GRUB's BIOS boot partition and PowerPC's PReP. */
static const uint8_t boot_types[][16] = {
    "Hah!IdontNeedEFI",
    {0x41, 0x2d, 0x1c, 0x9e, 0x38, 0x45, 0x8c, 0x4c, 0x9e, 0x6e, 0x27, 0x6e, 0xb0, 0x47, 0x41,
     0x64},
};

/* Whether the GPT's entry `slot` is of one of those types. */
static bool gpt_boot_code(struct disk *disk, unsigned slot)
{
    uint8_t header[92], type[16];
    uint64_t at;

    if (blocks_read(disk->blocks, header, sizeof(header), disk->sector, NULL) < 0)
        return false;
    if (__builtin_mul_overflow(image_le64(header + 72), (uint64_t)disk->sector, &at) ||
        __builtin_add_overflow(at, (uint64_t)slot * image_le32(header + 84), &at) ||
        blocks_read(disk->blocks, type, sizeof(type), at, NULL) < 0)
        return false;
    for (size_t i = 0; i < sizeof(boot_types) / sizeof(*boot_types); i++)
        if (memcmp(type, boot_types[i], sizeof(type)) == 0)
            return true;
    return false;
}

static void take_part(struct disk *disk, const TSK_VS_PART_INFO *from)
{
    bool gpt = from->vs->vstype == TSK_VS_TYPE_GPT;
    struct part *part = &disk->parts[disk->n];
    uint64_t len;

    if (!(from->flags & TSK_VS_PART_FLAG_ALLOC) || disk->n == PARTITIONS_MAX)
        return;
    if (__builtin_mul_overflow(from->start, (uint64_t)disk->sector, &part->start) ||
        __builtin_mul_overflow(from->len, (uint64_t)disk->sector, &len) ||
        __builtin_add_overflow(part->start, len, &part->end))
        return;
    part->number = (unsigned)(uint8_t)from->slot_num + 1;
    part->link = gpt ? 0 : (unsigned)(uint8_t)from->table_num;
    part->boot_code = gpt && gpt_boot_code(disk, part->number - 1);
    disk->n++;
}

/* Logical partitions are counted along their chain, wherever they lie. */
static void number_logical(struct disk *disk)
{
    for (size_t i = 0; i < disk->n; i++) {
        if (!disk->parts[i].link)
            continue;
        disk->parts[i].number = 5;
        for (size_t k = 0; k < disk->n; k++)
            disk->parts[i].number +=
                disk->parts[k].link && (disk->parts[k].link < disk->parts[i].link ||
                                        (disk->parts[k].link == disk->parts[i].link && k < i));
    }
}

static int compare_parts(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static int read_table(struct disk *disk, TSK_VS_TYPE_ENUM type)
{
    struct tsk_source *source = tsk_source_new(disk->blocks, disk->sector, disk->walk->deadline);
    TSK_VS_INFO *vs = source ? tsk_vs_open(&source->img, 0, type) : NULL;

    for (const TSK_VS_PART_INFO *part = vs ? vs->part_list : NULL; part; part = part->next)
        take_part(disk, part);
    if (vs)
        tsk_vs_close(vs);
    tsk_source_free(source);
    number_logical(disk);
    qsort(disk->parts, disk->n, sizeof(*disk->parts), compare_parts);
    return !source ? -ENOMEM : vs ? 0 : -EBADMSG;
}

static int walk_part(struct disk *disk, const struct part *part)
{
    _cleanup_blocks_ struct blocks *blocks = NULL;
    char name[16];
    size_t mark;
    int r;

    snprintf(name, sizeof(name), "p%u", part->number);
    r = image_walk_enter(disk->walk, name, &mark);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    if (part->end > disk->blocks->size)
        image_walk_unread(disk->walk, NULL, UNREAD_CORRUPT,
                          "the partition ends behind the disk's end");
    r = blocks_part_new(disk->blocks, part->start, part->end - part->start, &blocks);
    if (r < 0)
        r = image_walk_damage(disk->walk, NULL, r, NULL);
    else
        r = image_walk_region(disk->walk, blocks, part->boot_code);
    image_walk_leave(disk->walk, mark);
    return r;
}

/* What no partition covers: boot sector, tables, gaps, the rest. */
static int walk_gaps(struct disk *disk)
{
    struct image_cover cover = {0};
    int r;

    for (size_t i = 0; i < disk->n; i++)
        image_cover_add(&cover, disk->parts[i].start, disk->parts[i].end);
    r = image_cover_rest(&cover, disk->walk, disk->blocks, "(free)");
    image_cover_free(&cover);
    return r;
}

static bool was_taken(uint64_t start, void *ctx)
{
    const struct disk *disk = ctx;

    for (size_t i = 0; i < disk->n; i++)
        if (disk->parts[i].start == start)
            return true;
    return false;
}

static int walk_disk(struct image_walk *walk, struct blocks *blocks, TSK_VS_TYPE_ENUM type,
                     unsigned sector)
{
    _cleanup_free_ struct disk *disk = calloc(1, sizeof(*disk));
    int r = disk ? 0 : -ENOMEM;

    if (r == 0) {
        disk->walk = walk;
        disk->blocks = blocks;
        disk->sector = sector;
        r = read_table(disk, type);
    }
    if (r == -ENOMEM)
        return image_walk_damage(walk, NULL, r, NULL);
    if (r < 0) {
        image_walk_unread(walk, NULL, UNREAD_CORRUPT, "the partition table is damaged: %s",
                          tsk_source_error());
        return image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, NULL);
    }
    if (disk->n == PARTITIONS_MAX)
        image_walk_unread(walk, NULL, UNREAD_BUDGET, "more than %d partitions", PARTITIONS_MAX);
    else if (type == TSK_VS_TYPE_DOS)
        tsk_table_check_mbr(walk, blocks, was_taken, disk);
    for (size_t i = 0; i < disk->n && r == 0; i++)
        r = walk_part(disk, &disk->parts[i]);
    return r < 0 ? r : walk_gaps(disk);
}

int image_tsk_walk_gpt(struct image_walk *walk, struct blocks *blocks)
{
    uint8_t magic[8];
    bool large = blocks_read(blocks, magic, sizeof(magic), 4096, NULL) == 0 &&
                 memcmp(magic, "EFI PART", sizeof(magic)) == 0;

    tsk_table_check_gpt(walk, blocks, large ? 4096 : 512);
    return walk_disk(walk, blocks, TSK_VS_TYPE_GPT, large ? 4096 : 512);
}

int image_tsk_walk_mbr(struct image_walk *walk, struct blocks *blocks)
{
    return walk_disk(walk, blocks, TSK_VS_TYPE_DOS, 512);
}

int image_tsk_partitions(struct image_walk *walk, struct blocks *blocks,
                         int (*take)(unsigned number, uint64_t start, uint64_t end, void *ctx),
                         void *ctx)
{
    _cleanup_free_ struct disk *disk = calloc(1, sizeof(*disk));
    uint8_t magic[8];
    bool gpt = blocks_read(blocks, magic, sizeof(magic), 512, NULL) == 0 &&
               memcmp(magic, "EFI PART", sizeof(magic)) == 0;
    bool mbr = !gpt && tsk_table_is_mbr(blocks);
    int r;

    if (!disk)
        return -ENOMEM;
    disk->walk = walk;
    disk->blocks = blocks;
    disk->sector = 512;
    tsk_table_check_gpt(walk, blocks, disk->sector);
    r = read_table(disk, gpt ? TSK_VS_TYPE_GPT : TSK_VS_TYPE_DOS);
    if (r == -EBADMSG && (gpt || mbr))
        image_walk_unread(walk, NULL, UNREAD_CORRUPT, "the partition table is damaged: %s",
                          tsk_source_error());
    else if (r == 0 && mbr)
        tsk_table_check_mbr(walk, blocks, was_taken, disk);
    for (size_t i = 0; i < disk->n && r == 0; i++)
        r = take(disk->parts[i].number, disk->parts[i].start, disk->parts[i].end, ctx);
    return r == -EBADMSG ? 0 : r;
}
