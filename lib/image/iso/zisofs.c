#include "image/iso/zisofs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"

#define BLOCK_LOG_MIN 12
#define BLOCK_LOG_MAX 20 /* zisofs-tools write 15; Linux reads up to 17 */

static int read_inside(struct zisofs *self, void *data, size_t len, uint64_t at,
                       struct assay_error *err)
{
    uint64_t end = self->extent.start + self->extent.size;
    int r = at < self->extent.start || at > end || len > end - at
                ? -EINVAL
                : blocks_read(self->blocks, data, len, at, err);

    return r == -EINVAL ? assay_error_set(err, EBADMSG, "the packed file is damaged") : r;
}

static int check_header(struct zisofs *self, struct assay_error *err)
{
    static const uint8_t magic[8] = {0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07};
    uint8_t header[16];
    int r = read_inside(self, header, sizeof(header), self->extent.start, err);

    if (r == 0 && (memcmp(header, magic, sizeof(magic)) != 0 || !self->block ||
                   image_le32(header + 8) != self->content.size))
        return assay_error_set(err, EBADMSG, "the packed file is damaged");
    return r;
}

static int zisofs_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                       uint64_t *ret_offset, struct assay_error *err)
{
    struct zisofs *self = (struct zisofs *)content;
    int r = self->at ? 0 : check_header(self, err);

    while (r == 0 && self->at < content->size) {
        uint64_t left = content->size - self->at, start, end;
        size_t want = left < self->block ? (size_t)left : self->block;
        uint8_t places[8];
        ssize_t n;

        r = read_inside(self, places, sizeof(places), self->table + self->at / self->block * 4,
                        err);
        start = image_le32(places);
        end = image_le32(places + 4);
        if (r == 0 && (end < start || end - start > self->packed_size))
            return assay_error_set(err, EBADMSG, "the packed file is damaged");
        *ret_offset = self->at;
        self->at += want;
        if (r < 0 || start == end) /* an empty block is zeros */
            continue;
        r = read_inside(self, self->packed, (size_t)(end - start), self->extent.start + start, err);
        if (r < 0)
            return r;
        n = source_inflate_zlib(self->inflate, self->packed, (size_t)(end - start), self->out,
                                self->block);
        if (n < 0 || (size_t)n != want)
            return assay_error_set(err, EBADMSG, "the packed file is damaged");
        *ret = self->out;
        *ret_len = want;
        return 1;
    }
    return r;
}

int zisofs_open(struct blocks *blocks, const struct iso_extent *extent, const uint8_t packed[2],
                uint64_t size, struct zisofs **ret)
{
    struct zisofs *self = calloc(1, sizeof(*self));
    bool known = packed[1] >= BLOCK_LOG_MIN && packed[1] <= BLOCK_LOG_MAX;
    int r = self ? source_inflate_new(&self->inflate) : -ENOMEM;

    if (r == 0) {
        self->content = (struct content){.size = size, .next = zisofs_next};
        self->blocks = blocks;
        self->extent = *extent;
        self->table = extent->start + packed[0] * 4u;
        self->block = known ? (size_t)1 << packed[1] : 0;
        self->packed_size = 2 * self->block; /* what is not made smaller grows a little */
        self->packed = malloc(self->packed_size + 1);
        self->out = malloc(self->block + 1);
        r = self->packed && self->out ? 0 : -ENOMEM;
    }
    if (r < 0)
        zisofs_close(self);
    else
        *ret = self;
    return r;
}

void zisofs_close(struct zisofs *zisofs)
{
    if (!zisofs)
        return;
    source_inflate_free(zisofs->inflate);
    free(zisofs->packed);
    free(zisofs->out);
    free(zisofs);
}
