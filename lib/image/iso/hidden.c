/* What an image holds outside of its trees: boot images and partitions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"
#include "image/iso/boot.h"
#include "image/tsk/tsk.h"

#define CATALOG_MAX (4 * ISO_SECTOR)
#define FAT_BOOT 512u

static bool covered(struct iso *iso, const struct iso_extent *part)
{
    return image_cover_has(&iso->cover, part->start, part->start + part->size);
}

/* Whether a file begins where the part does, and ends in its last sector or behind it. */
static bool is_file(struct iso *iso, const struct iso_extent *part)
{
    uint64_t most = part->size > ISO_SECTOR ? part->size - (ISO_SECTOR - 1) : 0;

    return image_links_has(&iso->starts, part->start) &&
           image_cover_has(&iso->cover, part->start, part->start + most);
}

/* A FAT file system says itself how large it is (Microsoft, "FAT: General Overview of On-Disk
 * Format", BPB_TotSec16 and BPB_TotSec32); 0 for what is none. */
static uint64_t fat_size(const uint8_t *boot)
{
    uint64_t sectors = image_le16(boot + 19);

    if (boot[510] != 0x55 || boot[511] != 0xaa || (boot[0] != 0xeb && boot[0] != 0xe9))
        return 0;
    sectors = sectors ? sectors : image_le32(boot + 32);
    return sectors * image_le16(boot + 11);
}

/* How large a boot image is, as far as that can be told: what lies behind is a gap. */
static uint64_t image_size(struct iso *iso, const struct iso_extent *image)
{
    uint64_t size = image->size, fat;
    uint8_t boot[FAT_BOOT];

    if (blocks_read(iso->blocks, boot, sizeof(boot), image->start, NULL) == 0) {
        fat = fat_size(boot);
        size = fat > size ? fat : size;
    }
    return size < ISO_SECTOR ? ISO_SECTOR : size;
}

/* Cuts a part at the image's end, and reports that. */
static void cut_part(struct iso *iso, const char *name, struct iso_extent *part)
{
    uint64_t left = part->start < iso->blocks->size ? iso->blocks->size - part->start : 0;

    if (part->size <= left)
        return;
    image_walk_unread(iso->walk, name, UNREAD_CORRUPT, "it ends behind the image's end");
    part->size = left;
}

/* Walks a part of the image as a container of its own. */
static int walk_part(struct iso *iso, const char *name, const struct iso_extent *part, bool quiet)
{
    _cleanup_blocks_ struct blocks *blocks = NULL;
    size_t mark;
    int r = image_walk_enter(iso->walk, name, &mark);

    if (r < 0)
        return r == -E2BIG ? 0 : r;
    r = blocks_part_new(iso->blocks, part->start, part->size, &blocks);
    if (r < 0)
        r = image_walk_damage(iso->walk, NULL, r, NULL);
    else
        r = image_walk_region(iso->walk, blocks, quiet);
    image_walk_leave(iso->walk, mark);
    image_cover_add(&iso->cover, part->start, part->start + part->size);
    return r;
}

static int walk_image(struct iso *iso, size_t number, struct iso_extent image)
{
    char name[32];

    snprintf(name, sizeof(name), "(boot image %zu)", number);
    image.size = image_size(iso, &image);
    cut_part(iso, name, &image);
    if (is_file(iso, &image) || covered(iso, &image))
        return 0;
    return walk_part(iso, name, &image, true);
}

int iso_boot_walk(struct iso *iso)
{
    uint8_t catalog[CATALOG_MAX];
    uint64_t left = iso->catalog < iso->blocks->size ? iso->blocks->size - iso->catalog : 0;
    size_t len = left < sizeof(catalog) ? (size_t)left : sizeof(catalog);
    struct iso_boot boot = {0};
    struct assay_error err = {0};
    int r = 0;

    if (!iso->catalog)
        return 0;
    if (len)
        r = blocks_read(iso->blocks, catalog, len, iso->catalog, &err);
    if (r < 0)
        return image_walk_damage(iso->walk, NULL, r, &err);
    if (!iso_boot_parse(catalog, len, &boot))
        image_walk_unread(iso->walk, NULL, UNREAD_CORRUPT, "the catalog of boot images is damaged");
    if (boot.more)
        image_walk_unread(iso->walk, NULL, UNREAD_BUDGET, "more boot images than are followed");
    for (size_t i = 0; r == 0 && i < boot.n; i++)
        r = walk_image(iso, i + 1, boot.images[i]);
    return r;
}

static bool is_known(struct iso *iso, const struct iso_extent *part, int *ret_r)
{
    _cleanup_free_ uint8_t *data = malloc(IMAGE_HEAD_SIZE);
    struct image_head head = {.data = data, .size = part->size};

    if (!data) {
        *ret_r = -ENOMEM;
        return false;
    }
    head.len = part->size < IMAGE_HEAD_SIZE ? (size_t)part->size : IMAGE_HEAD_SIZE;
    return blocks_read(iso->blocks, data, head.len, part->start, NULL) == 0 &&
           image_format_detect(&head, IMAGE_IN_REGION) != NULL;
}

/* A partition: many are the ISO itself under another name, or a file in it. */
static int take_partition(unsigned number, uint64_t start, uint64_t end, void *ctx)
{
    struct iso *iso = ctx;
    struct iso_extent part = {start, end - start};
    char name[16];
    int r = 0;

    if (start >= end || (start <= ISO_SYSTEM_AREA && end > ISO_SYSTEM_AREA))
        return 0;
    snprintf(name, sizeof(name), "p%u", number);
    cut_part(iso, name, &part);
    if (is_file(iso, &part) || covered(iso, &part))
        return 0;
    /* Gaps between the volume's files have partitions, too, which hold nothing of their own. */
    if (start < iso->end && !is_known(iso, &part, &r))
        return r < 0 ? image_walk_damage(iso->walk, NULL, r, NULL) : 0;
    return walk_part(iso, name, &part, false);
}

int iso_partitions_walk(struct iso *iso)
{
    int r = image_tsk_partitions(iso->walk, iso->blocks, take_partition, iso);

    return image_walk_damage(iso->walk, NULL, r, NULL);
}
