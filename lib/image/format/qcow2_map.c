/* Which clusters of a qcow2 hold the disk's content: the others may hold what was deleted. */
#include <stdlib.h>

#include "image/format.h"
#include "image/format/qcow2.h"

#define HEADER 104
#define ENTRY 8                                  /* bytes of a table's entry */
#define ENTRY_EXTENDED 16                        /* of the second level, with subclusters */
#define SUBCLUSTERS 32                           /* in a cluster; bits 0 to 31: allocated */
#define L1_MAX ((UINT64_C(32) << 20) / ENTRY)    /* entries, QEMU's own limit */
#define OFFSET_MASK UINT64_C(0x00fffffffffffe00) /* of an entry of either level */
#define COMPRESSED (UINT64_C(1) << 62)
#define ZEROS 1 /* reads as zeros whatever the cluster holds */

/* Notes what a cluster with subclusters shows: those whose bit is set. */
static void map_subclusters(uint64_t host, uint64_t bits, uint64_t len, uint64_t size,
                            struct image_cover *cover)
{
    for (uint64_t i = 0, at = 0; i < SUBCLUSTERS && at < len; i++, at += size)
        if (bits >> i & 1)
            image_cover_add(cover, host + at, host + (len - at < size ? len : at + size));
}

/* Notes the clusters of one table of the second level, of which the first stands at `at` of the
 * disk. */
static void map_table(const struct qcow2_header *header, const uint8_t *table, uint64_t at,
                      struct image_cover *cover)
{
    size_t size = header->extended ? ENTRY_EXTENDED : ENTRY;
    uint64_t n = header->cluster / size;

    for (uint64_t i = 0; i < n && at < header->size; i++, at += header->cluster) {
        uint64_t entry = image_be64(table + i * size), host = entry & OFFSET_MASK;
        uint64_t left = header->size - at;
        uint64_t len = left < header->cluster ? left : header->cluster;

        if (!host || (entry & COMPRESSED))
            continue;
        if (header->extended)
            map_subclusters(host, image_be64(table + i * size + ENTRY), len,
                            header->cluster / SUBCLUSTERS, cover);
        else if (!(entry & ZEROS))
            image_cover_add(cover, host, host + len);
    }
}

void qcow2_mapped(struct blocks *blocks, uint64_t size, struct image_cover *cover)
{
    uint8_t start[HEADER] = {0};
    struct qcow2_header header;
    _cleanup_free_ uint8_t *l1 = NULL, *table = NULL;
    size_t len = blocks->size < HEADER ? (size_t)blocks->size : HEADER;
    uint64_t tables, step;

    if (blocks_read(blocks, start, len, 0, NULL) < 0 || !qcow2_parse(start, len, &header) ||
        header.l1_entries > L1_MAX)
        return;
    header.size = header.size < size ? header.size : size;
    l1 = malloc((size_t)header.l1_entries * ENTRY + 1);
    table = malloc(header.cluster);
    if (!l1 || !table)
        return;
    if (blocks_read(blocks, l1, (size_t)header.l1_entries * ENTRY, header.l1_at, NULL) < 0) {
        image_cover_add(cover, header.l1_at, header.l1_at + header.l1_entries * ENTRY);
        return;
    }
    /* Each table has a cluster of its own: no more can be read than the file has. */
    tables = blocks->size / header.cluster;
    step = header.cluster / (header.extended ? ENTRY_EXTENDED : ENTRY) * header.cluster;
    for (uint64_t i = 0; i < header.l1_entries && tables; i++) {
        uint64_t at = image_be64(l1 + i * ENTRY) & OFFSET_MASK;

        if (i > header.size / step)
            return;
        if (!at)
            continue;
        tables--;
        if (blocks_read(blocks, table, header.cluster, at, NULL) == 0)
            map_table(&header, table, i * step, cover);
        else /* a table that the file does not have, or not all of it */
            image_cover_add(cover, at, at + header.cluster);
    }
}
