/* PKWARE's APPNOTE.TXT 6.3.10, section 4.3: every offset and size comes from the directory, as in
 * the programs that open a zip; a member that it does not name is there for whoever looks. */
#include "image/format/zip.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_SIZE 30     /* 4.3.7 */
#define ENTRY_SIZE 46     /* 4.3.12 */
#define END64_SIZE 56     /* 4.3.14 */
#define LOCATOR_SIZE 20   /* 4.3.15 */
#define END_SIZE 22       /* 4.3.16 */
#define COMMENT_MAX 65535 /* bytes behind that record */
#define LIBARCHIVE_TAIL 16384
#define EXTRA_64 1 /* 4.5.3 */
#define NAME_MAX_SANE 4096
#define PIECE ((size_t)64 << 10)

struct directory {
    struct blocks *blocks;
    uint64_t start, end; /* bytes of the file */
    uint64_t shift;      /* what offsets lack, where something stands before the zip */
};

/* libarchive goes by the last such record of the zip's last 16 KiB, others by the one whose comment
 * ends with the file: where these are two, programs see different files. */
static int one_end(const uint8_t *data, size_t len, size_t at, struct assay_error *err)
{
    bool more = len - at > LIBARCHIVE_TAIL;

    for (size_t i = at + 1; !more && i + 4 <= len; i++)
        more = memcmp(data + i, "PK\5\6", 4) == 0;
    if (more || memcmp(data + at + 4, data + at + 6, 2) != 0 ||
        memcmp(data + at + 8, data + at + 10, 2) != 0)
        return assay_error_set(err, EBADMSG,
                               "the zip can be read in more than one way: its end is ambiguous");
    return 1;
}

/* Finds the last record. Returns 1, 0 when there is none, or a negative errno. */
static int find_end(struct blocks *blocks, uint64_t *ret_at, uint8_t end[END_SIZE],
                    struct assay_error *err)
{
    size_t len = blocks->size < END_SIZE + COMMENT_MAX ? (size_t)blocks->size
                                                       : (size_t)(END_SIZE + COMMENT_MAX);
    _cleanup_free_ uint8_t *data = malloc(len + 1);
    int r = data ? 0 : -ENOMEM;

    if (r == 0)
        r = blocks_read(blocks, data, len, blocks->size - len, err);
    if (r < 0 || len < END_SIZE)
        return r;
    for (size_t i = len - END_SIZE + 1; i-- > 0;)
        if (memcmp(data + i, "PK\5\6", 4) == 0 &&
            (size_t)image_le16(data + i + 20) <= len - END_SIZE - i) {
            memcpy(end, data + i, END_SIZE);
            *ret_at = blocks->size - len + i;
            return one_end(data, len, i, err);
        }
    return 0;
}

/* Whether both records say the same, as far as the one of 32 bits has room, and libarchive takes
 * the one of 64 bits. */
static bool ends_agree(const uint8_t *locator, const uint8_t *end64, const uint8_t *end)
{
    uint64_t record = image_le64(end64 + 4) + 12;
    uint32_t size = image_le32(end + 12), offset = image_le32(end + 16);

    return image_le32(locator + 4) == 0 && image_le32(locator + 16) == 1 &&
           memcmp(end64, "PK\6\6", 4) == 0 && record >= END64_SIZE && record <= LIBARCHIVE_TAIL &&
           image_le64(end64 + 16) == 0 && image_le64(end64 + 24) == image_le64(end64 + 32) &&
           (size == UINT32_MAX || size == image_le64(end64 + 40)) &&
           (offset == UINT32_MAX || offset == image_le64(end64 + 48));
}

/* The record of 64-bit numbers, where there is one beside `end`. Returns 1, 0, or a negative errno.
 */
static int find_end64(struct blocks *blocks, uint64_t end_at, const uint8_t *end, uint64_t *ret_at,
                      uint8_t end64[END64_SIZE], struct assay_error *err)
{
    uint8_t locator[LOCATOR_SIZE];
    uint64_t at;
    int r;

    if (end_at < LOCATOR_SIZE + END64_SIZE)
        return 0;
    r = blocks_read(blocks, locator, sizeof(locator), end_at - LOCATOR_SIZE, err);
    if (r < 0 || memcmp(locator, "PK\6\7", 4) != 0)
        return r;
    at = image_le64(locator + 8);
    if (at <= end_at - LOCATOR_SIZE - END64_SIZE)
        r = blocks_read(blocks, end64, END64_SIZE, at, err);
    if (r == 0 && !ends_agree(locator, end64, end))
        return assay_error_set(err, EBADMSG,
                               "the zip can be read in more than one way: its ends do not agree");
    if (r < 0)
        return r;
    *ret_at = at;
    return 1;
}

static int find_directory(struct blocks *blocks, struct directory *ret, struct assay_error *err)
{
    uint8_t end[END_SIZE] = {0}, end64[END64_SIZE] = {0};
    uint64_t at = 0, size, offset;
    int r = find_end(blocks, &at, end, err);

    if (r <= 0)
        return r;
    size = image_le32(end + 12);
    offset = image_le32(end + 16);
    r = find_end64(blocks, at, end, &at, end64, err);
    if (r < 0)
        return r;
    if (r > 0) {
        size = image_le64(end64 + 40);
        offset = image_le64(end64 + 48);
    }
    if (size > at || offset > at - size)
        return 0;
    *ret = (struct directory){
        .blocks = blocks, .start = at - size, .end = at, .shift = at - size - offset};
    return 1;
}

/* The sizes and the offset that a directory's entry has no room for (4.5.3): those of 0xffffffff,
 * in this order. */
static void take_extra(const uint8_t *extra, size_t len, uint64_t *const fields[3])
{
    while (len >= 4) {
        size_t size = image_le16(extra + 2);

        if (size > len - 4)
            return;
        if (image_le16(extra) == EXTRA_64) {
            for (size_t i = 0, at = 4; i < 3 && at + 8 <= 4 + size; i++)
                if (*fields[i] == UINT32_MAX) {
                    *fields[i] = image_le64(extra + at);
                    at += 8;
                }
            return;
        }
        extra += 4 + size;
        len -= 4 + size;
    }
}

/* Notes the bytes of the member that the entry at *at tells of. Returns 1 with *at behind the
 * entry, 0 when there is none, or a negative errno. */
static int take_entry(const struct directory *directory, uint64_t *at, struct image_cover *cover,
                      struct assay_error *err)
{
    uint8_t entry[ENTRY_SIZE], local[LOCAL_SIZE];
    uint64_t packed, size, offset, most = directory->blocks->size;
    uint64_t *const fields[3] = {&size, &packed, &offset};
    size_t name, extra_len;
    _cleanup_free_ uint8_t *extra = NULL;
    int r;

    if (directory->end - *at < ENTRY_SIZE)
        return 0;
    r = blocks_read(directory->blocks, entry, ENTRY_SIZE, *at, err);
    if (r < 0 || memcmp(entry, "PK\1\2", 4) != 0)
        return r;
    packed = image_le32(entry + 20);
    size = image_le32(entry + 24);
    name = image_le16(entry + 28);
    extra_len = image_le16(entry + 30);
    offset = image_le32(entry + 42);
    *at += ENTRY_SIZE + name;
    if (*at > directory->end || extra_len > directory->end - *at)
        return 0;
    extra = malloc(extra_len + 1);
    if (!extra)
        return -ENOMEM;
    r = blocks_read(directory->blocks, extra, extra_len, *at, err);
    if (r < 0)
        return r;
    take_extra(extra, extra_len, fields);
    *at += extra_len + image_le16(entry + 32);
    if (*at > directory->end)
        return 0;
    if (__builtin_add_overflow(offset, directory->shift, &offset) || offset >= most ||
        most - offset < LOCAL_SIZE)
        return 1;
    r = blocks_read(directory->blocks, local, LOCAL_SIZE, offset, err);
    if (r < 0)
        return r;
    size = LOCAL_SIZE + (uint64_t)image_le16(local + 26) + image_le16(local + 28);
    packed = packed < most ? packed : most;
    image_cover_add(cover, offset, offset + size + packed);
    return 1;
}

/* Whether a member's header stands here: more than its four letters, which stand in programs. */
static bool is_local(const uint8_t *local, uint64_t left)
{
    static const uint8_t methods[] = {0, 1, 6, 8, 9, 12, 14, 93, 95, 98, 99};
    uint16_t name = image_le16(local + 26), method = image_le16(local + 8);

    return memcmp(local, "PK\3\4", 4) == 0 && local[4] <= 63 && local[5] == 0 && name > 0 &&
           name <= NAME_MAX_SANE && (uint64_t)name + image_le16(local + 28) + LOCAL_SIZE <= left &&
           method <= 99 && memchr(methods, method, sizeof(methods));
}

/* The first member's header in the stretch. Returns 1, 0 when there is none, or a negative errno.
 */
static int find_local(struct blocks *blocks, const struct image_cover_span *gap, uint64_t *ret,
                      struct assay_error *err)
{
    _cleanup_free_ uint8_t *data = malloc(PIECE);
    uint64_t at = gap->start;
    int r = data ? 0 : -ENOMEM;

    while (r == 0 && gap->end - at >= LOCAL_SIZE) {
        size_t len = gap->end - at < PIECE ? (size_t)(gap->end - at) : PIECE;

        r = blocks_read(blocks, data, len, at, err);
        for (size_t i = 0; r == 0 && i + LOCAL_SIZE <= len; i++) {
            const uint8_t *found = memchr(data + i, 'P', len - LOCAL_SIZE - i + 1);

            if (!found)
                break;
            i = (size_t)(found - data);
            if (is_local(found, gap->end - at - i)) {
                *ret = at + i;
                return 1;
            }
        }
        at += len - LOCAL_SIZE + 1;
    }
    return r;
}

/* A stretch as content. */
struct stretch {
    struct content content;
    struct blocks *blocks;
    uint64_t start, at;
    uint8_t *buffer; /* PIECE bytes */
};

static int stretch_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                        uint64_t *ret_offset, struct assay_error *err)
{
    struct stretch *self = (struct stretch *)content;
    uint64_t left = content->size - self->at;
    size_t len = left < PIECE ? (size_t)left : PIECE;
    int r;

    if (!len)
        return 0;
    r = blocks_read(self->blocks, self->buffer, len, self->start + self->at, err);
    if (r < 0)
        return r;
    *ret = self->buffer;
    *ret_len = len;
    *ret_offset = self->at;
    self->at += len;
    return 1;
}

static int walk_stretch(struct image_walk *walk, struct blocks *blocks, uint64_t start,
                        uint64_t end)
{
    char name[48];
    _cleanup_free_ uint8_t *buffer = malloc(PIECE);
    struct stretch stretch = {.content = {.size = end - start, .next = stretch_next},
                              .blocks = blocks,
                              .start = start,
                              .buffer = buffer};
    struct entry entry = {
        .path = name, .type = ENTRY_META, .uid = -1, .gid = -1, .size = (int64_t)(end - start)};

    if (!buffer)
        return image_walk_damage(walk, NULL, -ENOMEM, NULL);
    snprintf(name, sizeof(name), "(unlisted at %" PRIu64 ")", start);
    return image_walk_file(walk, &entry, &stretch.content);
}

static int walk_gaps(struct image_walk *walk, struct blocks *blocks, struct image_cover *cover,
                     struct assay_error *err)
{
    struct image_cover_span gap;
    uint64_t at = 0, start = 0;
    size_t span = 0;
    int r = 0;

    image_cover_sort(cover);
    while (r == 0 && image_cover_gap(cover, blocks->size, &span, &at, &gap)) {
        r = gap.end - gap.start < LOCAL_SIZE ? 0 : find_local(blocks, &gap, &start, err);
        if (r > 0)
            r = walk_stretch(walk, blocks, start, gap.end);
    }
    return r;
}

int image_zip_unlisted(struct image_walk *walk, struct blocks *blocks)
{
    struct assay_error err = {0};
    struct image_cover cover = {0};
    struct directory directory;
    uint64_t at;
    int r = find_directory(blocks, &directory, &err);

    if (r > 0) {
        at = directory.start;
        do
            r = take_entry(&directory, &at, &cover, &err);
        while (r > 0);
        image_cover_add(&cover, directory.start, blocks->size);
        if (r == 0)
            r = walk_gaps(walk, blocks, &cover, &err);
    } else if (r == 0) {
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "the zip ends without its directory: it was cut");
    }
    image_cover_free(&cover);
    return image_walk_damage(walk, NULL, r, &err);
}
