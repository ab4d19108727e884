/* Blocks: whole disks, partitions, and bytes that belong to nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"

static bool all_zeros(const uint8_t *data, size_t len)
{
    return len == 0 || (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

#define ZEROS_COST 16 /* looking for zeros is so many times as fast as looking at bytes */
#define GRAIN 4096    /* zeros are looked for and left out in pieces of this */

/* Hands over what in a piece is not zeros. */
static int raw_piece(struct image_walk *walk, unsigned level, const uint8_t *data, size_t len,
                     uint64_t offset, bool *ret_any)
{
    size_t from = 0;

    while (from < len) {
        size_t to, step = len - from < GRAIN ? len - from : GRAIN;
        int r;

        if (all_zeros(data + from, step)) {
            from += step;
            continue;
        }
        for (to = from + step; to < len; to += step) {
            step = len - to < GRAIN ? len - to : GRAIN;
            if (all_zeros(data + to, step))
                break;
        }
        *ret_any = true;
        r = image_walk_bytes(walk, level, data + from, to - from, offset + from);
        if (r < 0)
            return r;
        from = to;
    }
    return 0;
}

int image_walk_range(struct image_walk *walk, struct blocks *blocks, unsigned level, uint64_t start,
                     uint64_t end, bool *ret_any)
{
    uint64_t most = end > start ? end - start : 1;
    _cleanup_free_ uint8_t *piece = malloc(most < IMAGE_PIECE ? (size_t)most : IMAGE_PIECE);
    struct assay_error err = {0};
    int r = piece ? 0 : -ENOMEM;

    end = end < blocks->size ? end : blocks->size;
    while (r == 0 && start < end) {
        uint64_t from, to;
        size_t len;

        r = blocks_data(blocks, start, &from, &to);
        if (r < 0 || from >= end)
            break;
        to = to < end ? to : end;
        len = to - from < IMAGE_PIECE ? (size_t)(to - from) : IMAGE_PIECE;
        r = blocks_read(blocks, piece, len, from, &err);
        if (r == 0)
            r = raw_piece(walk, level, piece, len, from, ret_any);
        if (r == 0)
            r = image_walk_passed(walk, len / ZEROS_COST);
        start = from + len;
    }
    return image_walk_damage(walk, NULL, r, &err);
}

int image_walk_raw(struct image_walk *walk, struct blocks *blocks, const char *path,
                   enum entry_type type, bool *ret_any)
{
    struct entry entry = {.path = path,
                          .type = type,
                          .in = ENTRY_IN_RAW,
                          .uid = -1,
                          .gid = -1,
                          .size = (int64_t)blocks->size};
    uint64_t before = walk->result->bytes;
    bool any = false;
    unsigned level;
    int r = image_walk_begin(walk, &entry, &level);

    if (r == 0)
        r = image_walk_range(walk, blocks, level, 0, blocks->size, &any);
    if (r == 0)
        r = image_walk_done(walk);
    if (r == 0 && type == ENTRY_FREE)
        image_walk_only_raw(walk, NULL, walk->count ? walk->count->format : NULL,
                            walk->result->bytes - before);
    if (ret_any)
        *ret_any = any;
    return r;
}

/* The virtual disk in `blocks`, which are of `format`. *ret is NULL when it is not to be had, which
 * is reported. */
static int open_disk(struct image_walk *walk, const struct image_format *format,
                     struct blocks *blocks, struct blocks **ret)
{
    enum unread_reason reason = UNREAD_UNSUPPORTED;
    char detail[512] = "";
    struct assay_error err = {0};
    int r, socket = -1, fd = blocks_fd(blocks);

    *ret = NULL;
    if (!format->closed(blocks, &reason, detail, sizeof(detail))) {
        image_walk_unread(walk, NULL, reason, "%s", detail);
        return 0;
    }
    if (*detail) /* can be read, but not all of it */
        image_walk_unread(walk, NULL, reason, "%s", detail);
    if (!walk->host || !walk->host->open_nbd || fd < 0) {
        image_walk_unread(walk, NULL, UNREAD_UNSUPPORTED,
                          "a virtual disk (%s), and no qemu-nbd to read it with", format->name);
        return 0;
    }
    r = walk->host->open_nbd(walk->host->ctx, fd, format->driver, &socket, &err);
    if (r == 0)
        r = blocks_nbd_new(socket, ret, &err);
    if (r == 0 || r == -ENOMEM)
        return image_walk_damage(walk, NULL, r, &err);
    image_walk_unread(walk, NULL, r == -EMFILE ? UNREAD_BUDGET : UNREAD_CORRUPT,
                      "the virtual disk cannot be opened: %s", err.code ? err.text : strerror(-r));
    return 0;
}

static int walk_disk(struct image_walk *walk, const struct image_format *format,
                     struct blocks *blocks)
{
    _cleanup_blocks_ struct blocks *disk = NULL;
    struct image_cover cover = {0};
    bool shown = walk->shown;
    uint64_t unread = walk->unread;
    int r = open_disk(walk, format, blocks, &disk);

    if (r == 0 && disk) {
        walk->shown = false; /* the file's bytes may be; the disk's are others */
        r = image_walk_region(walk, disk, false);
        walk->shown = shown;
    }
    if (r == 0 && disk && format->mapped)
        format->mapped(blocks, disk->size, &cover);
    if (image_cover_end(&cover) > blocks->size) /* QEMU shows zeros there */
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "some of the virtual disk's content is to stand behind the end of its "
                          "file: it was cut, or its tables are damaged");
    /* A disk that was not read to its end shows nothing for certain. */
    if (walk->unread != unread)
        image_cover_free(&cover);
    if (r == 0 && !disk && shown) /* as the bytes of the entry that the file is */
        image_walk_only_raw(walk, NULL, format->name, blocks->size);
    if (r == 0 && !shown)
        r = disk ? image_cover_rest(&cover, walk, blocks, "(unmapped)")
                 : image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, NULL);
    image_cover_free(&cover);
    return r;
}

int image_walk_blocks(struct image_walk *walk, const struct image_format *format,
                      struct blocks *blocks)
{
    int r;

    switch (format->kind) {
    case IMAGE_BLOCKS:
        return format->walk ? format->walk(walk, blocks)
                            : image_archive_blocks(walk, format, blocks);
    case IMAGE_DISK:
        return walk_disk(walk, format, blocks);
    default:
        r = image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, NULL);
        if (r == 0 && !format->harmless)
            image_walk_unread(walk, NULL, format->encrypted ? UNREAD_ENCRYPTED : UNREAD_UNSUPPORTED,
                              "%s is not read here: its bytes were scanned as they are",
                              format->name);
        return r;
    }
}

int image_walk_region(struct image_walk *walk, struct blocks *blocks, bool unpartitioned)
{
    _cleanup_free_ uint8_t *data = malloc(IMAGE_HEAD_SIZE);
    struct image_head head = {.data = data, .size = blocks->size};
    const struct image_format *format = NULL;
    struct image_count *before = walk->count;
    struct assay_error err = {0};
    bool any = false;
    int r = data ? 0 : -ENOMEM;

    head.len = blocks->size < IMAGE_HEAD_SIZE ? (size_t)blocks->size : IMAGE_HEAD_SIZE;
    if (r == 0)
        r = blocks_read(blocks, data, head.len, 0, &err);
    if (r < 0)
        return image_walk_damage(walk, NULL, r, &err);
    format = image_format_detect(&head, IMAGE_IN_REGION);
    if (format) {
        image_walk_count(walk, format->name);
        image_walk_other(walk, &head, IMAGE_IN_REGION, NULL, format);
        r = image_walk_blocks(walk, format, blocks);
        walk->count = before;
        return r;
    }
    walk->count = NULL; /* of no format: not of that of the disk around it */
    r = image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, &any);
    walk->count = before;
    if (r == 0 && any && !unpartitioned)
        image_walk_unread(walk, NULL, UNREAD_UNSUPPORTED,
                          "no file system that is known: its bytes were scanned as they are");
    return r;
}
