#include "image/tsk/content.h"

#include <assay/clock.h>
#include <errno.h>
#include <string.h>

static int content_damage(struct tsk_content *self, const char *what)
{
    if (self->guess)
        return 0;
    if (self->damage == 0)
        self->damage = assay_error_set(&self->err, EBADMSG, "the content is damaged: %s", what);
    return self->damage;
}

/* Through TSK. A compressed attribute is all zeros in its holes. */
static int next_unpacked(struct tsk_content *self, const uint8_t **ret, size_t *ret_len,
                         uint64_t *ret_offset)
{
    while (self->at < self->content.size) {
        uint64_t left = self->content.size - self->at;
        size_t len = left < IMAGE_PIECE ? (size_t)left : IMAGE_PIECE;
        ssize_t n = tsk_fs_attr_read(self->attr, (TSK_OFF_T)self->at, (char *)self->piece, len,
                                     TSK_FS_FILE_READ_FLAG_NONE);

        if (n > 0 && assay_clock_ms() > self->deadline)
            return content_damage(self, "the time for the audit is used up");
        if (n <= 0)
            return content_damage(self, tsk_source_error());
        *ret = self->piece;
        *ret_len = (size_t)n;
        *ret_offset = self->at;
        self->at += (uint64_t)n;
        if (self->piece[0] == 0 && memcmp(self->piece, self->piece + 1, (size_t)n - 1) == 0)
            continue;
        return 1;
    }
    return 0;
}

/* Whether the run at hand has bytes to read, *ret_start being its place in the content. */
static bool run_is_stored(struct tsk_content *self, uint64_t *ret_start)
{
    const TSK_FS_INFO *fs = self->attr->fs_file->fs_info;
    const TSK_FS_ATTR_RUN *run = self->run;

    if (run->flags & TSK_FS_ATTR_RUN_FLAG_SPARSE)
        return false;
    if (run->flags & TSK_FS_ATTR_RUN_FLAG_FILLER)
        content_damage(self, "a part of its map is missing");
    else if (__builtin_mul_overflow(run->offset, (uint64_t)fs->block_size, ret_start) ||
             *ret_start + self->done < self->at || run->addr > fs->last_block ||
             run->len > fs->last_block - run->addr + 1)
        content_damage(self, "its map leads out of the file system or back");
    else
        return true;
    return false;
}

static int next_mapped(struct tsk_content *self, const uint8_t **ret, size_t *ret_len,
                       uint64_t *ret_offset, struct assay_error *err)
{
    uint64_t size = self->attr->fs_file->fs_info->block_size, start, from, left, place;
    int r;

    for (; self->run; self->run = self->run->next, self->done = 0) {
        self->mapped = self->run->offset + self->run->len;
        if (!run_is_stored(self, &start))
            continue;
        from = start + self->done;
        left = self->run->len * size - self->done;
        if (from >= self->stored || !left)
            continue;
        left = left < self->stored - from ? left : self->stored - from;
        *ret_len = left < IMAGE_PIECE ? (size_t)left : IMAGE_PIECE;
        place = self->run->addr * size + self->done;
        r = blocks_read(self->blocks, self->piece, *ret_len, place, err);
        if (r < 0)
            return self->guess && r == -EINVAL ? 0 : r;
        if (self->cover)
            image_cover_add(self->cover, place, place + *ret_len);
        *ret = self->piece;
        *ret_offset = from;
        self->done += *ret_len;
        self->at = from + *ret_len;
        return 1;
    }
    /* Of a chain that loops TSK gives nothing, and no error. */
    if (self->mapped < (self->stored + size - 1) / size)
        return content_damage(self, "its map ends before its end");
    return 0;
}

static bool is_mapped(const TSK_FS_ATTR *attr)
{
    return (attr->flags & TSK_FS_ATTR_NONRES) && !(attr->flags & TSK_FS_ATTR_COMP) &&
           attr->nrd.skiplen == 0;
}

static int tsk_content_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                            uint64_t *ret_offset, struct assay_error *err)
{
    struct tsk_content *self = (struct tsk_content *)content;
    int r = is_mapped(self->attr) ? next_mapped(self, ret, ret_len, ret_offset, err)
                                  : next_unpacked(self, ret, ret_len, ret_offset);

    if (r == 0 && self->damage < 0)
        r = self->damage;
    if (self->damage < 0 && r == self->damage && err)
        *err = self->err;
    return r;
}

void tsk_content_open(struct tsk_content *content, struct blocks *blocks, const TSK_FS_ATTR *attr,
                      uint8_t *piece, uint64_t deadline)
{
    uint64_t size = attr->size > 0 ? (uint64_t)attr->size : 0;
    uint64_t stored = attr->nrd.initsize > 0 ? (uint64_t)attr->nrd.initsize : 0;

    *content = (struct tsk_content){
        .content = {.size = size, .next = tsk_content_next},
        .blocks = blocks,
        .attr = attr,
        .run = attr->nrd.run,
        .stored = stored < size ? stored : size,
        .deadline = deadline,
        .piece = piece,
    };
}

bool tsk_content_is_free(const TSK_FS_ATTR *attr)
{
    TSK_FS_INFO *fs = attr->fs_file->fs_info;
    bool any = false;

    if (attr->flags & TSK_FS_ATTR_RES)
        return attr->size > 0;
    for (const TSK_FS_ATTR_RUN *run = attr->nrd.run; run; run = run->next) {
        if (run->flags & (TSK_FS_ATTR_RUN_FLAG_SPARSE | TSK_FS_ATTR_RUN_FLAG_FILLER))
            continue;
        if (run->addr > fs->last_block || run->len > fs->last_block - run->addr + 1)
            return false;
        for (TSK_DADDR_T i = 0; i < run->len; i++) {
            if (!(fs->block_getflags(fs, run->addr + i) & TSK_FS_BLOCK_FLAG_UNALLOC))
                return false;
            any = true;
        }
    }
    return any;
}
