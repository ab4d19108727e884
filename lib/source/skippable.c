#include "source/skippable.h"

#include <string.h>

#define MAGIC_SIZE 4
#define MAGIC_ZSTD 0xfd2fb528u
#define MAGIC_LZ4 0x184d2204u
#define MAGIC_LZ4_LEGACY 0x184c2102u
#define MAGIC_SKIPPABLE 0x184d2a50u /* and the 15 after it */

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* `skip` bytes, and then a head of `need` bytes for `step`. */
static int expect(struct skippable *self, uint64_t skip, size_t need,
                  int (*step)(struct skippable *self))
{
    self->skip = skip;
    self->need = need;
    self->step = step;
    return 0;
}

static int on_magic(struct skippable *self);

static int on_skippable(struct skippable *self)
{
    self->capture = true;
    return expect(self, le32(self->head), MAGIC_SIZE, on_magic);
}

static int on_zstd_block(struct skippable *self)
{
    uint32_t header = le32(self->head) & 0xffffff;
    uint64_t size = (header >> 1 & 3) == 1 ? 1 : header >> 3; /* RLE: one byte */

    if (header & 1)
        return expect(self, size + (self->checksum ? 4 : 0), MAGIC_SIZE, on_magic);
    return expect(self, size, 3, on_zstd_block);
}

static int on_zstd(struct skippable *self)
{
    static const uint8_t dictionary[] = {0, 1, 2, 4}, content[] = {0, 2, 4, 8};
    uint8_t flags = self->head[0];
    bool single = flags & 0x20;
    uint64_t rest = dictionary[flags & 3] + (single ? 0 : 1);

    self->checksum = flags & 4;
    rest += flags >> 6 == 0 && single ? 1 : content[flags >> 6];
    return expect(self, rest, 3, on_zstd_block);
}

static int on_lz4_block(struct skippable *self)
{
    uint32_t size = le32(self->head);

    if (size == 0)
        return expect(self, self->checksum ? 4 : 0, MAGIC_SIZE, on_magic);
    return expect(self, (size & 0x7fffffff) + (self->block_checksum ? 4u : 0u), 4, on_lz4_block);
}

static int on_lz4(struct skippable *self)
{
    uint8_t flags = self->head[0];

    self->block_checksum = flags & 0x10;
    self->checksum = flags & 4;
    /* block descriptor, content size, dictionary, the header's checksum */
    return expect(self, 1 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0) + 1, 4, on_lz4_block);
}

/* Legacy frames end where another one begins. */
static int on_legacy_block(struct skippable *self)
{
    uint32_t size = le32(self->head);

    if (size == MAGIC_LZ4 || size == MAGIC_LZ4_LEGACY || (size & ~15u) == MAGIC_SKIPPABLE)
        return on_magic(self);
    return expect(self, size, 4, on_legacy_block);
}

static int on_magic(struct skippable *self)
{
    uint32_t magic = le32(self->head);

    if ((magic & ~15u) == MAGIC_SKIPPABLE)
        return expect(self, 0, 4, on_skippable);
    if (magic == MAGIC_ZSTD)
        return expect(self, 0, 1, on_zstd);
    if (magic == MAGIC_LZ4)
        return expect(self, 0, 1, on_lz4);
    if (magic == MAGIC_LZ4_LEGACY)
        return expect(self, 0, 4, on_legacy_block);
    return -1;
}

void skippable_feed(struct skippable *self, const uint8_t *data, size_t len,
                    struct filler_tail *tail)
{
    if (!self->step)
        expect(self, 0, MAGIC_SIZE, on_magic);
    while (len && !self->lost) {
        bool passing = self->skip > 0;
        uint64_t most = passing ? self->skip : self->need - self->have;
        size_t take = most < len ? (size_t)most : len;

        if (passing && self->capture)
            filler_tail_add(tail, data, take);
        else if (!passing)
            memcpy(self->head + self->have, data, take);
        data += take;
        len -= take;
        if (passing) {
            self->skip -= take;
            continue;
        }
        self->have += take;
        if (self->have < self->need)
            continue;
        self->have = 0;
        self->capture = false;
        self->lost = self->step(self) < 0;
    }
}
