/* The space that is not in use, by the file system's own bitmap or table. */
#include "image/format.h"
#include "image/tsk/walk.h"

struct unused {
    struct tsk_walk *tsk;
    struct image_cover *ret;
    uint64_t first, grain; /* blocks from `first` on are in use or not `grain` at a time */
};

/* A block of FAT and exFAT is a sector here, of which a cluster has several. Without the right
 * fields every block is asked about. */
static void find_grain(struct unused *unused)
{
    const TSK_FS_INFO *fs = unused->tsk->fs;
    uint8_t boot[512];

    unused->first = 0;
    unused->grain = 1;
    if (fs->ftype == TSK_FS_TYPE_NTFS ||
        blocks_read(unused->tsk->blocks, boot, sizeof(boot), 0, NULL) < 0)
        return;
    if (fs->ftype == TSK_FS_TYPE_EXFAT) { /* specification, 3.1 */
        unused->first = image_le32(boot + 88);
        unused->grain = UINT64_C(1) << (boot[109] & 31);
    } else { /* Microsoft's FAT overview: BPB, and "FAT data structure" */
        uint64_t fat = image_le16(boot + 22) ? image_le16(boot + 22) : image_le32(boot + 36);
        uint64_t root = (uint64_t)image_le16(boot + 17) * 32;

        unused->first =
            image_le16(boot + 14) + boot[16] * fat + (root + fs->block_size - 1) / fs->block_size;
        unused->grain = boot[13] ? boot[13] : 1;
    }
}

static void look_at(void *ctx, uint64_t start, uint64_t end)
{
    struct unused *unused = ctx;
    TSK_FS_INFO *fs = unused->tsk->fs;
    uint64_t size = fs->block_size, at = start / size;

    while (at * size < end && at <= fs->last_block) {
        uint64_t next =
            at < unused->first ? at + 1 : at + unused->grain - (at - unused->first) % unused->grain;
        uint64_t from = at * size > start ? at * size : start;

        if (fs->block_getflags(fs, at) & TSK_FS_BLOCK_FLAG_UNALLOC)
            image_cover_add(unused->ret, from, next * size < end ? next * size : end);
        at = next;
    }
}

void tsk_unused_find(struct tsk_walk *tsk, struct image_cover *ret)
{
    uint64_t end = (tsk->fs->last_block + 1) * tsk->fs->block_size, size = tsk->blocks->size;
    struct unused unused = {.tsk = tsk, .ret = ret};

    find_grain(&unused);
    image_cover_sort(&tsk->cover);
    image_cover_gaps(&tsk->cover, end < size ? end : size, look_at, &unused);
    image_cover_add(ret, end, size);
}
