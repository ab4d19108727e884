/* Files' content: stretches of the image, packed by zisofs or not. */
#include <assay/cleanup.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"
#include "image/iso/iso.h"
#include "image/iso/zisofs.h"

struct iso_content {
    struct content content;
    struct iso *iso;
    const struct iso_extent *extents;
    size_t n, at;
    uint64_t done, offset; /* bytes of the extent at hand, and of the file, that are behind */
};

static int content_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                        uint64_t *ret_offset, struct assay_error *err)
{
    struct iso_content *self = (struct iso_content *)content;

    while (self->at < self->n) {
        const struct iso_extent *extent = &self->extents[self->at];
        uint64_t left = extent->size - self->done, start = extent->start + self->done;
        uint64_t size = self->iso->blocks->size;
        int r;

        if (!left) {
            self->at++;
            self->done = 0;
            continue;
        }
        if (start >= size)
            return assay_error_set(err, EBADMSG, "its content lies outside of the image");
        left = left < size - start ? left : size - start;
        *ret_len = left < IMAGE_PIECE ? (size_t)left : IMAGE_PIECE;
        r = blocks_read(self->iso->blocks, self->iso->piece, *ret_len, start, err);
        if (r < 0)
            return r;
        image_cover_add(&self->iso->cover, start, start + *ret_len);
        *ret = self->iso->piece;
        *ret_offset = self->offset;
        self->done += *ret_len;
        self->offset += *ret_len;
        return 1;
    }
    return 0;
}

static int walk_packed(struct iso *iso, const struct iso_record *record, struct entry *entry,
                       const struct iso_extent *extent)
{
    struct zisofs *zisofs = NULL;
    int r = zisofs_open(iso->blocks, extent, record->packed, record->unpacked, &zisofs);

    if (r < 0)
        return image_walk_damage(iso->walk, NULL, r, NULL);
    image_cover_add(&iso->cover, extent->start, extent->start + extent->size);
    entry->size = (int64_t)record->unpacked;
    r = image_walk_file(iso->walk, entry, &zisofs->content);
    zisofs_close(zisofs);
    return r;
}

int iso_file_walk(struct iso *iso, const struct iso_record *record, struct entry *entry,
                  const struct iso_extent *extents, size_t n)
{
    struct iso_content content = {
        .content = {.next = content_next}, .iso = iso, .extents = extents, .n = n};
    _cleanup_blocks_ struct blocks *blocks = NULL;
    int r = 0;

    for (size_t i = 0; i < n; i++)
        content.content.size += extents[i].size;
    entry->size = (int64_t)content.content.size;
    if (record->interleaved)
        image_walk_unread(iso->walk, entry->path, UNREAD_UNSUPPORTED,
                          "a file in pieces that take turns: its beginning was read");
    if (record->sparse)
        image_walk_unread(iso->walk, entry->path, UNREAD_UNSUPPORTED,
                          "a sparse file: it was read as it is stored");
    if (record->packed[0] && n > 1)
        image_walk_unread(iso->walk, entry->path, UNREAD_UNSUPPORTED,
                          "a packed file in several pieces: it was read as it is stored");
    if (record->packed[0] && n == 1)
        return walk_packed(iso, record, entry, &extents[0]);
    if (n == 1 && extents[0].start < iso->blocks->size &&
        extents[0].size <= iso->blocks->size - extents[0].start)
        r = blocks_part_new(iso->blocks, extents[0].start, extents[0].size, &blocks);
    if (r < 0)
        return image_walk_damage(iso->walk, NULL, r, NULL);
    content.content.blocks = blocks;
    return image_walk_file(iso->walk, entry, &content.content);
}
