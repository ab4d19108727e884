#include "image/tsk/table.h"

#include <isa-l/crc.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"

#define SECTOR 512
#define SECTOR_MAX 4096
#define ENTRIES_MAX ((size_t)1 << 20) /* bytes of a GPT's entries: 64 times what is usual */
#define HEADER_MIN 92                 /* UEFI 2.10, 5.3.2 */
#define LINKS_MAX 1024

struct gpt {
    uint64_t copy; /* the sector of the other header */
    uint32_t entries_sum;
    bool sound;
};

/* The header in sector `at`; returns whether there is one. */
static bool read_gpt(struct blocks *blocks, unsigned sector, uint64_t at, struct gpt *ret)
{
    uint8_t header[SECTOR_MAX];
    _cleanup_free_ uint8_t *entries = NULL;
    uint32_t size, sum, n, entry;
    uint64_t start;

    if (at >= blocks->size / sector || blocks_read(blocks, header, sector, at * sector, NULL) < 0 ||
        memcmp(header, "EFI PART", 8) != 0)
        return false;
    size = image_le32(header + 12);
    sum = image_le32(header + 16);
    n = image_le32(header + 80);
    entry = image_le32(header + 84);
    *ret = (struct gpt){.copy = image_le64(header + 32), .entries_sum = image_le32(header + 88)};
    if (size < HEADER_MIN || size > sector || !n || !entry || n > ENTRIES_MAX / entry ||
        __builtin_mul_overflow(image_le64(header + 72), (uint64_t)sector, &start))
        return true;
    memset(header + 16, 0, 4);
    entries = malloc((size_t)n * entry);
    ret->sound = crc32_gzip_refl(0, header, size) == sum && entries &&
                 blocks_read(blocks, entries, (size_t)n * entry, start, NULL) == 0 &&
                 crc32_gzip_refl(0, entries, (uint64_t)n * entry) == ret->entries_sum;
    return true;
}

void tsk_table_check_gpt(struct image_walk *walk, struct blocks *blocks, unsigned sector)
{
    struct gpt first, copy = {0};

    if (!read_gpt(blocks, sector, 1, &first))
        return;
    if (first.copy >= blocks->size / sector)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "the disk ends before the second copy of its partition table: it was "
                          "cut");
    else if (read_gpt(blocks, sector, first.copy, &copy) && copy.sound && first.sound &&
             copy.entries_sum != first.entries_sum)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "the second copy of the partition table shows other partitions, which "
                          "were read as bytes only");
    if (!first.sound)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "the partition table is damaged: its checksums are wrong%s",
                          copy.sound ? ", those of its second copy are right" : "");
}

/* An entry of an MBR or of a link in the chain of logical partitions. */
struct slot {
    uint8_t type;
    uint64_t start; /* sectors, from wherever it is counted */
};

struct mbr {
    struct image_walk *walk;
    struct blocks *blocks;
    bool (*taken)(uint64_t start, void *ctx);
    void *ctx;
    uint64_t seen[LINKS_MAX];
    size_t n_seen, missed;
};

static bool is_extended(const struct slot *slot)
{
    return slot->type == 0x05 || slot->type == 0x0f || slot->type == 0x85;
}

/* The entries that say something in sector `at`; returns how many, or -1 where there is no table.
 */
static int read_slots(struct blocks *blocks, uint64_t at, struct slot slots[4])
{
    uint8_t sector[SECTOR];
    int n = 0;

    if (at >= blocks->size / SECTOR || blocks_read(blocks, sector, SECTOR, at * SECTOR, NULL) < 0 ||
        sector[510] != 0x55 || sector[511] != 0xaa)
        return -1;
    for (const uint8_t *entry = sector + 446; entry < sector + 510; entry += 16)
        if (entry[4] && image_le32(entry + 12))
            slots[n++] = (struct slot){entry[4], image_le32(entry + 8)};
    return n;
}

/* Returns what is wrong with the chain that begins in sector `base`, or NULL. */
static const char *check_chain(struct mbr *mbr, uint64_t base)
{
    struct slot slots[4];
    uint64_t at = base, next;

    do {
        int n = read_slots(mbr->blocks, at, slots);

        if (n < 0)
            return "is damaged";
        for (size_t i = 0; i < mbr->n_seen; i++)
            if (mbr->seen[i] == at)
                return "goes in a circle";
        if (mbr->n_seen == LINKS_MAX)
            return "has more links than are followed";
        mbr->seen[mbr->n_seen++] = at;
        next = 0;
        for (int i = 0; i < n; i++) {
            if (is_extended(&slots[i]))
                next = base + slots[i].start;
            else
                mbr->missed += !mbr->taken((at + slots[i].start) * SECTOR, mbr->ctx);
        }
        at = next;
    } while (at);
    return NULL;
}

void tsk_table_check_mbr(struct image_walk *walk, struct blocks *blocks,
                         bool (*taken)(uint64_t start, void *ctx), void *ctx)
{
    struct mbr mbr = {.walk = walk, .blocks = blocks, .taken = taken, .ctx = ctx};
    struct slot slots[4];
    int n = read_slots(blocks, 0, slots);

    for (int i = 0; i < n; i++) {
        const char *wrong = NULL;

        if (is_extended(&slots[i]))
            wrong = check_chain(&mbr, slots[i].start);
        else
            mbr.missed += !taken(slots[i].start * SECTOR, ctx);
        if (wrong)
            image_walk_unread(walk, NULL, UNREAD_CORRUPT, "the chain of logical partitions %s",
                              wrong);
    }
    if (mbr.missed)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "%zu partitions are said to be where none can be: what they hold was "
                          "read as bytes only, if at all",
                          mbr.missed);
}

extern const struct image_format image_format_mbr; /* image/format/disk.c */

bool tsk_table_is_mbr(struct blocks *blocks)
{
    uint8_t sector[SECTOR];
    struct image_head head = {.data = sector, .len = SECTOR, .size = blocks->size};

    return blocks->size >= SECTOR && blocks_read(blocks, sector, SECTOR, 0, NULL) == 0 &&
           image_format_mbr.probe(&head);
}
