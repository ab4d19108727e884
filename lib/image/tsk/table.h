/* What a partition table says that The Sleuth Kit does not check or leaves out without a word. */
#ifndef ASSAY_IMAGE_TSK_TABLE_H
#define ASSAY_IMAGE_TSK_TABLE_H

#include "image/walk.h"

/* Reports a GPT in sectors of `sector` bytes whose checksums are wrong, whose copy is missing, or
 * whose copy is sound and shows other partitions. Blocks without a GPT's magic are not looked at.
 */
void tsk_table_check_gpt(struct image_walk *walk, struct blocks *blocks, unsigned sector);

/* Reports an MBR with partitions that were not taken (`taken` is asked with where each starts, in
 * bytes), or whose chain of logical partitions is damaged or goes in a circle. */
void tsk_table_check_mbr(struct image_walk *walk, struct blocks *blocks,
                         bool (*taken)(uint64_t start, void *ctx), void *ctx);

/* Whether the first sector of `blocks` is an MBR with partitions. */
bool tsk_table_is_mbr(struct blocks *blocks);

#endif
