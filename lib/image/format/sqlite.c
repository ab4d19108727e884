/* SQLite's files (https://sqlite.org/fileformat2.html). */
#include "image/sqlite/sqlite.h"

#include "image/format.h"

static bool probe_sqlite(const struct image_head *head)
{
    const uint8_t *header = head->data;
    unsigned page;

    if (!image_head_has(head, 0, "SQLite format 3", 16) || head->len < SQLITE_HEADER_SIZE)
        return false;
    page = (unsigned)header[16] << 8 | header[17];
    /* 1 is for 65536. "Must be 64, 32 and 32", a page full of reserved bytes left aside. */
    return (page == 1 || (page >= 512 && (page & (page - 1)) == 0)) && header[21] == 64 &&
           header[22] == 32 && header[23] == 32;
}

const struct image_format image_format_sqlite = {
    .name = "sqlite",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "SQLite",
    .notes = "every table's values, containers in values; deleted rows in the raw bytes",
    .probe = probe_sqlite,
    .walk = image_sqlite_walk,
};

static bool probe_sqlite_wal(const struct image_head *head)
{
    return head->len >= 32 && (image_head_has(head, 0, "\x37\x7f\x06\x82\x00\x2d\xe2\x18", 8) ||
                               image_head_has(head, 0, "\x37\x7f\x06\x83\x00\x2d\xe2\x18", 8));
}

const struct image_format image_format_sqlite_wal = {
    .name = "SQLite WAL",
    .kind = IMAGE_RECOGNISED,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "",
    .notes = "pages as they stand, values not put together: raw bytes are scanned",
    .probe = probe_sqlite_wal,
    .harmless = true,
};
