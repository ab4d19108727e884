#include "source/blocks.h"

#include <errno.h>
#include <stdlib.h>

struct blocks_part {
    struct blocks blocks;
    struct blocks *whole;
    uint64_t start;
};

struct blocks *blocks_close(struct blocks *blocks)
{
    if (blocks && blocks->close)
        blocks->close(blocks);
    return NULL;
}

int blocks_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                struct assay_error *err)
{
    if (offset > blocks->size || len > blocks->size - offset)
        return assay_error_set(err, EINVAL, "%zu bytes at %llu lie outside of %llu", len,
                               (unsigned long long)offset, (unsigned long long)blocks->size);
    return len ? blocks->read(blocks, data, len, offset, err) : 0;
}

int blocks_data(struct blocks *blocks, uint64_t offset, uint64_t *ret_start, uint64_t *ret_end)
{
    uint64_t start = offset, end = blocks->size;
    int r = 0;

    if (offset >= blocks->size)
        start = blocks->size;
    else if (blocks->data)
        r = blocks->data(blocks, offset, &start, &end);
    if (r < 0)
        return r;
    *ret_start = start;
    *ret_end = end;
    return 0;
}

static int part_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                     struct assay_error *err)
{
    struct blocks_part *part = (struct blocks_part *)blocks;

    return blocks_read(part->whole, data, len, part->start + offset, err);
}

static int part_data(struct blocks *blocks, uint64_t offset, uint64_t *ret_start, uint64_t *ret_end)
{
    struct blocks_part *part = (struct blocks_part *)blocks;
    uint64_t start, end, stop = part->start + blocks->size;
    int r = blocks_data(part->whole, part->start + offset, &start, &end);

    if (r < 0)
        return r;
    start = start < stop ? start : stop;
    end = end < stop ? end : stop;
    *ret_start = start - part->start;
    *ret_end = end - part->start;
    return 0;
}

static void part_close(struct blocks *blocks)
{
    free(blocks);
}

int blocks_part_new(struct blocks *whole, uint64_t start, uint64_t size, struct blocks **ret)
{
    struct blocks_part *part = calloc(1, sizeof(*part));

    if (!part)
        return -ENOMEM;
    start = start < whole->size ? start : whole->size;
    size = size < whole->size - start ? size : whole->size - start;
    part->blocks =
        (struct blocks){.size = size, .read = part_read, .data = part_data, .close = part_close};
    part->whole = whole;
    part->start = start;
    *ret = &part->blocks;
    return 0;
}

int blocks_fd(const struct blocks *blocks)
{
    return blocks->file ? blocks->file(blocks) : -1;
}
