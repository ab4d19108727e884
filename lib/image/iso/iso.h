/* ISO 9660, with Rock Ridge and Joliet, over blocks.
 *
 * One image can show its files in several trees that need not agree: ISO 9660's own, with Rock
 * Ridge's names or without, Joliet's, that of ISO 9660:1999. The richest is walked whole; of the
 * others, the files whose content was not met yet. Layouts: ECMA-119; IEEE P1281 (SUSP) and P1282
 * (Rock Ridge), drafts 1.12; "Joliet Specification" (Microsoft, 1995); the Linux kernel's
 * Documentation/filesystems/isofs.rst for zisofs. */
#ifndef ASSAY_IMAGE_ISO_ISO_H
#define ASSAY_IMAGE_ISO_ISO_H

#include "image/cover.h"
#include "image/links.h"

#define ISO_SECTOR 2048u
#define ISO_SYSTEM_AREA (16 * ISO_SECTOR) /* what comes before the first volume descriptor */
#define ISO_TREES_MAX 4
#define ISO_NAME_MAX ((size_t)4096)
#define ISO_TARGET_MAX ((size_t)65536)

/* A stretch of the image, in bytes. */
struct iso_extent {
    uint64_t start, size;
};

enum iso_names {
    ISO_NAMES_PLAIN,
    ISO_NAMES_JOLIET,
    ISO_NAMES_ROCK_RIDGE,
};

struct iso_tree {
    enum iso_names names;
    struct iso_extent root;
    unsigned skip; /* bytes before Rock Ridge's in each record's system use area */
};

struct iso {
    struct image_walk *walk;
    struct blocks *blocks;
    unsigned block_size;
    uint64_t end; /* bytes that the volume says it has */
    struct iso_tree trees[ISO_TREES_MAX];
    size_t n_trees;
    uint64_t catalog; /* of El Torito's boot images: its place in bytes, 0: there is none */
    bool udf;
    uint8_t *piece;            /* IMAGE_PIECE bytes */
    struct image_cover cover;  /* bytes that were handed over */
    struct image_links files;  /* by the place and size of their content */
    struct image_links starts; /* by its place alone, in bytes */
};

/* Reads the volume descriptors into `ret`, of which `walk`, `blocks` and `piece` are set, and hands
 * the volume's label over. Damage is reported. Returns 0 or what ends the walk. */
int iso_volume_read(struct iso *iso);

/* What a directory says about one thing in it. */
struct iso_record {
    size_t len; /* of the record itself */
    struct iso_extent extent;
    bool dir, more, interleaved; /* `more`: the next record goes on with the same file */
    bool self, parent;           /* the directory itself, and the one above */
    char name[ISO_NAME_MAX + 1];
    int64_t uid, gid, mtime;
    uint32_t mode, links; /* `mode` with its type; 0: not known */
    uint64_t child;       /* Rock Ridge: the directory moved from here, in bytes; 0: none */
    bool moved;           /* and one that was moved to here */
    bool sparse;          /* Rock Ridge's sparse file: its content is a table */
    size_t target;        /* bytes of a symbolic link's target, which iso_record_read() writes */
    uint8_t packed[2];    /* zisofs: header's length / 4, log2 of the block size; 0: not packed */
    uint64_t unpacked;    /* and the size of the content */
};

/* Reads the record at `data`, of which `len` bytes are at hand. `target` has ISO_TARGET_MAX bytes.
 * Returns 0; -EBADMSG with `err` for what is damaged: then ret->len is its length, 0 when the rest
 * of the sector is lost; and other errors of reading. */
int iso_record_read(struct iso *iso, const struct iso_tree *tree, const uint8_t *data, size_t len,
                    char *target, struct iso_record *ret, struct assay_error *err);

/* Rock Ridge's part of it: what the system use area of `len` bytes at `data` says. */
int iso_rock_ridge_read(struct iso *iso, const uint8_t *data, size_t len, char *target,
                        struct iso_record *ret, struct assay_error *err);

/* Whether the root directory's own record has Rock Ridge's mark (SP); *ret_skip as in iso_tree. */
bool iso_rock_ridge_begins(const uint8_t *data, size_t len, unsigned *ret_skip);

/* The seconds since 1970 of a date in a directory record, 7 bytes. */
int64_t iso_date(const uint8_t *date);

/* Walks a tree; with `rest`, only files whose content was not met yet. */
int iso_tree_walk(struct iso *iso, const struct iso_tree *tree, bool rest);

/* Hands over the file of `record` at `path`, whose bytes lie in the `n` extents. */
int iso_file_walk(struct iso *iso, const struct iso_record *record, struct entry *entry,
                  const struct iso_extent *extents, size_t n);

/* Walks what boot images are not shown as files, and partitions that are neither the ISO itself nor
 * a file of it. */
int iso_boot_walk(struct iso *iso);
int iso_partitions_walk(struct iso *iso);

/* The format table's function. */
int image_iso_walk(struct image_walk *walk, struct blocks *blocks);

#endif
