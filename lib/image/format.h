/* One format: how it is known and how it is read. */
#ifndef ASSAY_IMAGE_FORMAT_H
#define ASSAY_IMAGE_FORMAT_H

#include "image/cover.h"

/* Bytes from the start that every probe may ask for: btrfs has its magic at 65600. */
#define IMAGE_HEAD_SIZE 69632

struct image_head {
    const uint8_t *data;
    size_t len;          /* the whole content where that is shorter than IMAGE_HEAD_SIZE */
    uint64_t size;       /* of the content, UINT64_MAX when not known */
    const uint8_t *tail; /* its last 512 bytes, NULL where they are not at hand */
};

enum image_kind {
    IMAGE_FILTER,     /* one stream in, one out: gzip */
    IMAGE_STREAM,     /* entries from front to back: tar */
    IMAGE_BLOCKS,     /* entries, read here and there: a file system, a zip */
    IMAGE_DISK,       /* a virtual disk that QEMU turns into blocks */
    IMAGE_LAYOUT,     /* an archive of another format whose members are called as they should be */
    IMAGE_RECOGNISED, /* not read: raw bytes, and reported */
};

/* Where a format is looked for. */
#define IMAGE_IN_ARTIFACT 1u /* the artifact itself and what it decompresses to */
#define IMAGE_IN_ENTRY 2u    /* any file: the probe is strong */
#define IMAGE_IN_REGION 4u   /* a partition or disk */
#define IMAGE_ANYWHERE 7u

struct archive;

struct image_format {
    const char *name;
    enum image_kind kind;
    unsigned places; /* IMAGE_IN_* */
    const char *by;  /* the library that reads it */
    const char *notes;
    bool (*probe)(const struct image_head *head);

    /* FILTER */
    int (*filter)(struct stream *in, struct filler_tail *tail, struct filler **ret);
    /* Of FILTER, may be NULL: how many bytes of header are worth showing (0: none), and the name of
     * the content as the header has it ("" when it has none), cut at `size`. */
    size_t (*header)(const struct image_head *head, char *ret_name, size_t size);
    const char *suffix; /* of FILTER: what the content's name goes without */

    /* STREAM and BLOCKS by libarchive */
    int (*support)(struct archive *archive);
    bool packed_names; /* names stand in compressed headers only */
    bool end_mark;     /* of STREAM: its end is marked, so that one without a mark was cut */
    /* Of STREAM: bytes of a member's header, where libarchive takes less than one for the end (a
     * single byte is padding); else 0. */
    size_t member_header;
    /* Of a stream: bytes that all which describes one member may take. libarchive keeps a dozen
     * times as much of a sparse file's map. 0: what describes one is of a fixed size, or bounded by
     * the library. */
    size_t header_max;

    /* STREAM otherwise. Damage is reported by the function itself; errors end the walk. */
    int (*stream)(struct image_walk *walk, struct stream *in);

    /* BLOCKS otherwise. Damage is reported by the function itself; errors end the walk. */
    int (*walk)(struct image_walk *walk, struct blocks *blocks);

    /* DISK: QEMU's name, and the check that nothing outside of the artifact would be read, which
     * returns false with the reason to report. */
    const char *driver;
    bool (*closed)(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                   size_t size);
    /* Notes which bytes of the file a virtual disk of `size` bytes is sure to show as they stand,
     * those too that the file does not have (it was cut, or its tables are damaged); the rest is
     * scanned as it is, all of it when this is NULL. */
    void (*mapped)(struct blocks *blocks, uint64_t size, struct image_cover *cover);

    /* LAYOUT: the format's name that the archive has, which of the members that make it up `path`
     * is (bits), and all of these. Places and probe are not used. */
    const char *holder;
    unsigned (*member)(const char *path);
    unsigned complete;
    const char *incomplete;

    bool around; /* reads itself what else may stand in the same bytes: partition tables, a disk,
                    zlib */

    /* RECOGNISED */
    bool harmless; /* raw bytes are all there is (swap): not reported, and found last */
    bool encrypted;
};

extern const struct image_format *const image_formats[]; /* ends with NULL */

/* The first row that fits and is looked for in `place`, one that is not harmless if there is any;
 * or NULL. */
const struct image_format *image_format_detect(const struct image_head *head, unsigned place);

/* Another row that fits beside `format`, of which the same bytes are read as the one or the other:
 * NULL when there is none, or none that `format` leaves unread. */
const struct image_format *image_format_other(const struct image_head *head, unsigned place,
                                              const struct image_format *format);

/* Whether `magic` (`len` bytes) stands at `offset`. */
bool image_head_has(const struct image_head *head, size_t offset, const void *magic, size_t len);

static inline uint16_t image_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t image_le32(const uint8_t *p)
{
    return (uint32_t)image_le16(p) | (uint32_t)image_le16(p + 2) << 16;
}

static inline uint64_t image_le64(const uint8_t *p)
{
    return (uint64_t)image_le32(p) | (uint64_t)image_le32(p + 4) << 32;
}

static inline uint32_t image_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t image_be64(const uint8_t *p)
{
    return (uint64_t)image_be32(p) << 32 | image_be32(p + 4);
}

#endif
