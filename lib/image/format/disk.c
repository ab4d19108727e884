/* Partition tables. */
#include "image/format.h"
#include "image/tsk/tsk.h"

#define ENTRIES_AT 446
#define ENTRY_SIZE 16

static bool probe_gpt(const struct image_head *head)
{
    return image_head_has(head, 512, "EFI PART", 8) || image_head_has(head, 4096, "EFI PART", 8);
}

const struct image_format image_format_gpt = {
    .name = "gpt",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "The Sleuth Kit",
    .notes = "sectors of 512 and 4096 bytes; gaps between partitions as well",
    .probe = probe_gpt,
    .around = true,
    .walk = image_tsk_walk_gpt,
};

/* The signature stands in every boot sector: as Linux does, the entries' first bytes are looked at,
 * and one entry has to lie within. What others say does not count, or a disk with one that makes no
 * sense would not be looked into. */
static bool probe_mbr(const struct image_head *head)
{
    bool any = false;

    if (!image_head_has(head, 510, "\x55\xaa", 2))
        return false;
    for (size_t i = 0; i < 4; i++) {
        const uint8_t *entry = head->data + ENTRIES_AT + i * ENTRY_SIZE;
        uint64_t start = image_le32(entry + 8), len = image_le32(entry + 12);

        if ((entry[0] & 0x7f) != 0)
            return false;
        any |= entry[4] && start && len && (head->size == UINT64_MAX || start < head->size / 512);
    }
    return any;
}

const struct image_format image_format_mbr = {
    .name = "mbr",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "The Sleuth Kit",
    .notes = "logical partitions; gaps between partitions as well",
    .probe = probe_mbr,
    .walk = image_tsk_walk_mbr,
};
