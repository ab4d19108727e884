#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/vma/vma.h"

#define PLACES_FIRST 1024
#define RANGE_MAX (UINT64_C(4) << 20) /* bytes of clusters that are looked at for one range */

uint64_t vma_disk_clusters(const struct vma_disk *disk)
{
    return disk->blocks.size / VMA_CLUSTER + (disk->blocks.size % VMA_CLUSTER != 0);
}

int vma_disk_begin(struct vma_disk *disk, uint64_t size)
{
    disk->blocks.size = size;
    disk->seen = calloc(1, (size_t)(vma_disk_clusters(disk) / 8 + 1));
    return disk->seen ? 0 : -ENOMEM;
}

int vma_disk_add(struct vma_disk *disk, uint32_t cluster, uint16_t mask, uint32_t at)
{
    uint8_t bit = (uint8_t)(1 << cluster % 8);

    if (cluster >= vma_disk_clusters(disk))
        return -ERANGE;
    if (disk->seen[cluster / 8] & bit)
        return -EEXIST;
    if (mask && disk->n == disk->cap) {
        size_t cap = disk->cap ? disk->cap * 2 : PLACES_FIRST;
        struct vma_place *more = reallocarray(disk->places, cap, sizeof(*more));

        if (!more)
            return -ENOMEM;
        disk->places = more;
        disk->cap = cap;
    }
    if (mask)
        disk->places[disk->n++] = (struct vma_place){cluster, at, mask};
    disk->seen[cluster / 8] |= bit;
    disk->n_seen++;
    return 0;
}

/* The first place of a cluster from `cluster` on; disk->n when there is none. */
static size_t find_place(struct vma_disk *disk, uint64_t cluster)
{
    size_t low = 0, high = disk->n;

    for (size_t i = disk->last; i < disk->n && i <= disk->last + 1; i++)
        if (disk->places[i].cluster >= cluster && (!i || disk->places[i - 1].cluster < cluster))
            return disk->last = i;
    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (disk->places[mid].cluster < cluster)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < disk->n)
        disk->last = low;
    return low;
}

/* Reads what lies in one cluster. */
static int read_cluster(struct vma_disk *disk, uint8_t *data, size_t len, uint64_t offset,
                        struct assay_error *err)
{
    uint64_t cluster = offset / VMA_CLUSTER;
    size_t i = find_place(disk, cluster);
    const struct vma_place *place = i < disk->n ? &disk->places[i] : NULL;

    if (!place || place->cluster != cluster) {
        memset(data, 0, len);
        return 0;
    }
    while (len) {
        unsigned block = (unsigned)(offset % VMA_CLUSTER / VMA_BLOCK), n = 1;
        uint64_t within = offset % VMA_BLOCK;
        bool set = place->mask >> block & 1;
        unsigned before = (unsigned)__builtin_popcount(place->mask & ((1u << block) - 1));
        size_t take;
        int r = 0;

        while (block + n < 16 && (place->mask >> (block + n) & 1) == set)
            n++;
        take = (size_t)(n * VMA_BLOCK - within);
        take = take < len ? take : len;
        if (set)
            r = blocks_read(disk->spool, data, take,
                            ((uint64_t)place->at + before) * VMA_BLOCK + within, err);
        else
            memset(data, 0, take);
        if (r < 0)
            return r;
        data += take;
        offset += take;
        len -= take;
    }
    return 0;
}

static int disk_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                     struct assay_error *err)
{
    uint8_t *to = data;
    int r = 0;

    while (len && r == 0) {
        size_t take = (size_t)(VMA_CLUSTER - offset % VMA_CLUSTER);

        take = take < len ? take : len;
        r = read_cluster((struct vma_disk *)blocks, to, take, offset, err);
        to += take;
        offset += take;
        len -= take;
    }
    return r;
}

static int disk_data(struct blocks *blocks, uint64_t offset, uint64_t *ret_start, uint64_t *ret_end)
{
    struct vma_disk *disk = (struct vma_disk *)blocks;
    size_t i = find_place(disk, offset / VMA_CLUSTER);
    uint64_t start, end;

    if (i == disk->n) {
        *ret_start = *ret_end = blocks->size;
        return 0;
    }
    start = disk->places[i].cluster * VMA_CLUSTER;
    for (end = start + VMA_CLUSTER; ++i < disk->n && end - start < RANGE_MAX; end += VMA_CLUSTER)
        if (disk->places[i].cluster * VMA_CLUSTER != end)
            break;
    *ret_start = start > offset ? start : offset;
    *ret_end = end < blocks->size ? end : blocks->size;
    return 0;
}

static int by_cluster(const void *a, const void *b)
{
    const struct vma_place *x = a, *y = b;

    return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

void vma_disk_complete(struct vma_disk *disk, struct blocks *spool)
{
    if (disk->n)
        qsort(disk->places, disk->n, sizeof(*disk->places), by_cluster);
    disk->spool = spool;
    disk->blocks.read = disk_read;
    disk->blocks.data = disk_data;
}

void vma_disk_free(struct vma_disk *disk)
{
    free(disk->seen);
    free(disk->places);
    *disk = (struct vma_disk){0};
}
