/* Volume descriptors: which trees there are, how large the volume is, and what it is called. */
#include <errno.h>
#include <string.h>

#include "image/format.h"
#include "image/iso/iso.h"

#define DESCRIPTORS_MAX 64
#define RECOGNISED_MAX 16 /* of UDF, behind those of ISO 9660 */

enum {
    BOOT_RECORD = 0,
    PRIMARY = 1,
    SUPPLEMENTARY = 2,
    TERMINATOR = 255,
};

static void add_tree(struct iso *iso, const uint8_t *sector, enum iso_names names)
{
    const uint8_t *root = sector + 156;
    uint64_t start = ((uint64_t)image_le32(root + 2) + root[1]) * iso->block_size;
    struct iso_tree *tree = &iso->trees[iso->n_trees];

    for (size_t i = 0; i < iso->n_trees; i++)
        if (iso->trees[i].root.start == start)
            return;

    if (iso->n_trees == ISO_TREES_MAX) {
        image_walk_unread(iso->walk, NULL, UNREAD_BUDGET, "more than %d trees of directories",
                          ISO_TREES_MAX);
        return;
    }
    *tree = (struct iso_tree){.names = names};
    tree->root.start = start;
    tree->root.size = image_le32(root + 10);
    iso->n_trees++;
}

/* Text fields in the order of their places: the volume, its set, publisher, preparer and
 * application; blanks at their ends are left out. */
static int tell_label(struct iso *iso, const uint8_t *sector)
{
    static const struct {
        unsigned at, len;
    } fields[] = {{40, 32}, {190, 128}, {318, 128}, {446, 128}, {574, 128}};
    char text[1024];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        const char *field = (const char *)sector + fields[i].at;
        size_t len = strnlen(field, fields[i].len);

        while (len && field[len - 1] == ' ')
            len--;
        if (!len)
            continue;
        if (n)
            text[n++] = '\n';
        memcpy(text + n, field, len);
        n += len;
    }
    return n ? image_walk_meta(iso->walk, "(volume label)", text, n) : 0;
}

/* Rock Ridge is told by the root directory's own record. */
static void look_for_rock_ridge(struct iso *iso, struct iso_tree *tree)
{
    uint8_t sector[ISO_SECTOR];

    if (blocks_read(iso->blocks, sector, sizeof(sector), tree->root.start, NULL) < 0)
        return;
    if (iso_rock_ridge_begins(sector, sizeof(sector), &tree->skip))
        tree->names = ISO_NAMES_ROCK_RIDGE;
}

static int take_primary(struct iso *iso, const uint8_t *sector)
{
    if (iso->n_trees) { /* a copy, or one that says something else */
        add_tree(iso, sector, ISO_NAMES_PLAIN);
        return 0;
    }
    iso->block_size = image_le16(sector + 128);
    if (iso->block_size != 512 && iso->block_size != 1024 && iso->block_size != ISO_SECTOR) {
        image_walk_unread(iso->walk, NULL, UNREAD_CORRUPT,
                          "blocks of %u bytes are none that exist; 2048 are taken for it",
                          iso->block_size);
        iso->block_size = ISO_SECTOR;
    }
    iso->end = (uint64_t)image_le32(sector + 80) * iso->block_size;
    add_tree(iso, sector, ISO_NAMES_PLAIN);
    look_for_rock_ridge(iso, &iso->trees[0]);
    return tell_label(iso, sector);
}

/* Joliet's escape sequences say which level of UCS-2; anything else is ISO 9660:1999. */
static void take_supplementary(struct iso *iso, const uint8_t *sector)
{
    const uint8_t *escape = sector + 88;
    bool joliet = escape[0] == '%' && escape[1] == '/' &&
                  (escape[2] == '@' || escape[2] == 'C' || escape[2] == 'E');

    if (iso->n_trees)
        add_tree(iso, sector, joliet ? ISO_NAMES_JOLIET : ISO_NAMES_PLAIN);
    else
        image_walk_unread(iso->walk, NULL, UNREAD_CORRUPT,
                          "a supplementary volume descriptor before the primary one");
}

/* "El Torito" Bootable CD-ROM Format Specification 1.0, figure 7. */
static void take_boot_record(struct iso *iso, const uint8_t *sector)
{
    static const char system[] = "EL TORITO SPECIFICATION";

    if (memcmp(sector + 7, system, sizeof(system) - 1) == 0)
        iso->catalog = (uint64_t)image_le32(sector + 71) * ISO_SECTOR;
}

/* UDF has descriptors of its own behind these (ECMA-167, 2/8 and 3/9). */
static void look_for_udf(struct iso *iso, uint64_t at)
{
    uint8_t id[5];

    for (unsigned i = 0; i < RECOGNISED_MAX; i++, at += ISO_SECTOR) {
        if (blocks_read(iso->blocks, id, sizeof(id), at + 1, NULL) < 0)
            return;
        if (memcmp(id, "NSR02", 5) == 0 || memcmp(id, "NSR03", 5) == 0) {
            iso->udf = true;
            return;
        }
    }
}

/* The richest comes first. */
static void sort_trees(struct iso *iso)
{
    for (size_t i = 1; i < iso->n_trees; i++)
        if (iso->trees[i].names > iso->trees[0].names) {
            struct iso_tree tree = iso->trees[0];

            iso->trees[0] = iso->trees[i];
            iso->trees[i] = tree;
        }
}

int iso_volume_read(struct iso *iso)
{
    uint8_t sector[ISO_SECTOR];
    uint64_t at = ISO_SYSTEM_AREA;
    struct assay_error err = {0};
    int r = 0;

    for (unsigned i = 0; r == 0; i++, at += ISO_SECTOR) {
        r = blocks_read(iso->blocks, sector, sizeof(sector), at, &err);
        if (r < 0)
            return image_walk_damage(iso->walk, NULL, r == -EINVAL ? -EBADMSG : r, &err);
        if (memcmp(sector + 1, "CD001", 5) != 0 || sector[0] == TERMINATOR)
            break;
        if (i == DESCRIPTORS_MAX) {
            image_walk_unread(iso->walk, NULL, UNREAD_BUDGET, "more than %d volume descriptors",
                              DESCRIPTORS_MAX);
            break;
        }
        if (sector[0] == PRIMARY)
            r = take_primary(iso, sector);
        else if (sector[0] == SUPPLEMENTARY)
            take_supplementary(iso, sector);
        else if (sector[0] == BOOT_RECORD)
            take_boot_record(iso, sector);
    }
    if (r == 0 && !iso->n_trees)
        image_walk_unread(iso->walk, NULL, UNREAD_CORRUPT, "the volume has no descriptor");
    sort_trees(iso);
    look_for_udf(iso, at);
    return r;
}
