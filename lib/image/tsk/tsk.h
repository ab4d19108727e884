/* The Sleuth Kit over blocks: partition tables, FAT, exFAT and NTFS. */
#ifndef ASSAY_IMAGE_TSK_TSK_H
#define ASSAY_IMAGE_TSK_TSK_H

#include <tsk/libtsk.h>

#include "image/walk.h"

struct tsk_source {
    TSK_IMG_INFO img; /* first: TSK is given this */
    struct blocks *blocks;
    uint64_t deadline; /* assay_clock_ms(): reading fails from then on, which ends what TSK does */
};

/* Makes an image of `blocks`, which outlives it, or returns NULL when memory ran out. */
struct tsk_source *tsk_source_new(struct blocks *blocks, unsigned sector, uint64_t deadline);
struct tsk_source *tsk_source_free(struct tsk_source *source);

/* TSK's own words about what went wrong last. */
const char *tsk_source_error(void);

/* Walks a FAT, exFAT or NTFS file system. */
int image_tsk_walk_fat(struct image_walk *walk, struct blocks *blocks);
int image_tsk_walk_exfat(struct image_walk *walk, struct blocks *blocks);
int image_tsk_walk_ntfs(struct image_walk *walk, struct blocks *blocks);

/* Walks a disk with a partition table. */
int image_tsk_walk_gpt(struct image_walk *walk, struct blocks *blocks);
int image_tsk_walk_mbr(struct image_walk *walk, struct blocks *blocks);

/* Calls `take` for each partition of a GPT or MBR, in the order of their places in bytes, until one
 * is not taken. No table is no partition; a damaged one is reported. Returns 0, -ENOMEM or what
 * `take` did. */
int image_tsk_partitions(struct image_walk *walk, struct blocks *blocks,
                         int (*take)(unsigned number, uint64_t start, uint64_t end, void *ctx),
                         void *ctx);

#endif
