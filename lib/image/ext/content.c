/* Where a file's bytes lie, by its extents or its block map, read in large pieces. */
#include <assay/clock.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/ext/ext.h"

#define RUNS_MAX ((size_t)1 << 20)
#define STEPS_BETWEEN_CLOCKS 4096

struct collect {
    struct ext_content *to;
    size_t cap;
    uint64_t steps, deadline, next; /* `next`: the lowest logical block that may come now */
    uint64_t nodes;                 /* of the tree of extents that were gone through */
    int failed;
};

static int collect_damage(struct collect *collect, const char *what)
{
    if (collect->to->damage == 0)
        collect->to->damage = assay_error_set(&collect->to->err, EBADMSG, "%s", what);
    return collect->to->damage;
}

/* Adds a stretch. Stops with damage at what lies outside of the file system or is out of order. */
static int collect_run(struct collect *collect, uint64_t logical, uint64_t physical, uint64_t len)
{
    struct ext_content *to = collect->to;
    struct ext_run *last = to->n_runs ? &to->runs[to->n_runs - 1] : NULL;
    uint64_t count = ext2fs_blocks_count(to->fs->super);

    if (collect->steps++ % STEPS_BETWEEN_CLOCKS == 0 && assay_clock_ms() > collect->deadline)
        return collect_damage(collect, "the time for the audit is used up");
    if (!len || physical >= count || len > count - physical || logical < collect->next)
        return collect_damage(collect, "the map of the file's blocks is damaged");
    collect->next = logical + len;
    if (last && last->logical + last->len == logical && last->physical + last->len == physical) {
        last->len += len;
        return 0;
    }
    if (to->n_runs == RUNS_MAX)
        return collect_damage(collect, "a file in more pieces than are followed");
    if (!to->runs || to->n_runs == collect->cap) {
        size_t cap = collect->cap ? collect->cap * 2 : 8;
        struct ext_run *runs = realloc(to->runs, cap * sizeof(*runs));

        if (!runs)
            return collect->failed = -ENOMEM;
        to->runs = runs;
        collect->cap = cap;
    }
    to->runs[to->n_runs++] = (struct ext_run){logical, physical, len};
    return 0;
}

/* Takes what is next of the tree: a node, on the way down and up, or an extent of a leaf. A tree in
 * which one block is several nodes has more of them than the file system has blocks; one that was
 * set aside and not written keeps its place in the order. */
static int collect_extent(struct collect *collect, const struct ext2fs_extent *extent)
{
    if (collect->steps++ % STEPS_BETWEEN_CLOCKS == 0 && assay_clock_ms() > collect->deadline)
        return collect_damage(collect, "the time for the audit is used up");
    if (!(extent->e_flags & EXT2_EXTENT_FLAGS_LEAF))
        return collect->nodes++ / 2 > ext2fs_blocks_count(collect->to->fs->super)
                   ? collect_damage(collect, "the file's extents are damaged")
                   : 0;
    if (!(extent->e_flags & EXT2_EXTENT_FLAGS_UNINIT))
        return collect_run(collect, extent->e_lblk, extent->e_pblk, extent->e_len);
    if (!extent->e_len || extent->e_lblk < collect->next)
        return collect_damage(collect, "the map of the file's blocks is damaged");
    collect->next = extent->e_lblk + extent->e_len;
    return 0;
}

static errcode_t collect_tree(struct collect *collect, ext2_ino_t ino, struct ext2_inode *inode)
{
    ext2_extent_handle_t handle = NULL;
    struct ext2fs_extent extent;
    errcode_t e = ext2fs_extent_open2(collect->to->fs, ino, inode, &handle);
    int op = EXT2_EXTENT_ROOT, r = 0;

    while (e == 0 && r == 0) {
        e = ext2fs_extent_get(handle, op, &extent);
        op = EXT2_EXTENT_NEXT;
        if (e == 0)
            r = collect_extent(collect, &extent);
    }
    ext2fs_extent_free(handle);
    return e == EXT2_ET_EXTENT_NO_NEXT ? 0 : e;
}

static void collect_extents(struct collect *collect, ext2_ino_t ino, struct ext2_inode *inode)
{
    ext2_filsys fs = collect->to->fs;
    errcode_t e = collect_tree(collect, ino, inode);

    if (ext_wrong_checksum(e) && !(fs->flags & EXT2_FLAG_IGNORE_CSUM_ERRORS)) {
        fs->flags |= EXT2_FLAG_IGNORE_CSUM_ERRORS;
        collect->to->wrong = true;
        collect->to->n_runs = 0;
        collect->next = 0;
        e = collect_tree(collect, ino, inode);
    }
    if (e)
        collect_damage(collect, "the file's extents are damaged");
}

static int collect_block(ext2_filsys fs, blk64_t *block, e2_blkcnt_t logical, blk64_t ref_block,
                         int ref_offset, void *ctx)
{
    struct collect *collect = ctx;

    (void)fs;
    (void)ref_block;
    (void)ref_offset;
    if (logical < 0)
        return 0;
    return collect_run(collect, (uint64_t)logical, *block, 1) < 0 ? BLOCK_ABORT : 0;
}

static void collect_inline(struct collect *collect, ext2_ino_t ino, struct ext2_inode *inode)
{
    struct ext_content *to = collect->to;
    size_t len = 0;

    if (ext2fs_inline_data_size(to->fs, ino, &len)) {
        collect_damage(collect, "the file's content in its inode is damaged");
        return;
    }
    to->inlined = calloc(1, len + EXT4_MIN_INLINE_DATA_SIZE);
    if (!to->inlined)
        collect->failed = -ENOMEM;
    else if (ext2fs_inline_data_get(to->fs, ino, inode, to->inlined, &len))
        collect_damage(collect, "the file's content in its inode is damaged");
    else /* the library gives 60 bytes for a file of fewer */
        to->inlined_len = len < to->content.size ? len : (size_t)to->content.size;
}

/* How many bytes to read for `len` at `at` that end a file: with the rest of its last block. */
static size_t with_slack(const struct ext_content *self, uint64_t at, size_t len)
{
    size_t block = self->fs->blocksize, whole = (len + block - 1) / block * block;

    return whole <= IMAGE_PIECE && at <= self->blocks->size && whole <= self->blocks->size - at
               ? whole
               : len;
}

/* Notes what was read. What stands behind the file's end is read once more as slack, unless it is
 * zeros, as almost always: most files end within a block. */
static void note_read(struct ext_content *self, uint64_t at, size_t len, size_t whole)
{
    const uint8_t *slack = self->piece + len;
    size_t more = whole - len;

    if (!self->cover)
        return;
    if (more && (slack[0] || memcmp(slack, slack + 1, more - 1) != 0))
        more = 0;
    image_cover_add(self->cover, at, at + len + more);
}

static int ext_content_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                            uint64_t *ret_offset, struct assay_error *err)
{
    struct ext_content *self = (struct ext_content *)content;
    uint64_t block = self->fs->blocksize;

    if (self->inlined_len) {
        *ret = self->inlined;
        *ret_len = self->inlined_len;
        *ret_offset = 0;
        self->inlined_len = 0;
        return 1;
    }
    while (self->at < self->n_runs) {
        const struct ext_run *run = &self->runs[self->at];
        uint64_t from = run->logical * block + self->done, left = run->len * block - self->done, at;
        size_t whole;
        int r;

        left = from < content->size && left > content->size - from ? content->size - from : left;
        if (!left || from >= content->size) {
            self->at++;
            self->done = 0;
            continue;
        }
        *ret_len = left < IMAGE_PIECE ? (size_t)left : IMAGE_PIECE;
        at = run->physical * block + self->done;
        whole = with_slack(self, at, *ret_len);
        r = blocks_read(self->blocks, self->piece, whole, at, err);
        if (r == 0)
            note_read(self, at, *ret_len, whole);
        self->done += *ret_len;
        *ret = self->piece;
        *ret_offset = from;
        return r < 0 ? r : 1;
    }
    if (self->damage < 0 && err)
        *err = self->err;
    return self->damage;
}

int ext_content_open(ext2_filsys fs, struct blocks *blocks, ext2_ino_t ino,
                     struct ext2_inode *inode, uint8_t *piece, uint64_t deadline,
                     struct ext_content *ret)
{
    struct collect collect = {.to = ret, .deadline = deadline};

    *ret = (struct ext_content){.content = {.size = EXT2_I_SIZE(inode), .next = ext_content_next},
                                .fs = fs,
                                .blocks = blocks,
                                .piece = piece};
    if (inode->i_flags & EXT4_INLINE_DATA_FL)
        collect_inline(&collect, ino, inode);
    else if (inode->i_flags & EXT4_EXTENTS_FL)
        collect_extents(&collect, ino, inode);
    else if (ext2fs_block_iterate3(fs, ino, BLOCK_FLAG_READ_ONLY | BLOCK_FLAG_DATA_ONLY, NULL,
                                   collect_block, &collect) &&
             collect.failed == 0)
        collect_damage(&collect, "the map of the file's blocks is damaged");
    if (collect.failed < 0)
        ext_content_close(ret);
    return collect.failed;
}

void ext_content_close(struct ext_content *content)
{
    free(content->runs);
    free(content->inlined);
    content->runs = NULL;
    content->inlined = NULL;
}
