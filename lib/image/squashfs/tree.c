#include "image/squashfs/tree.h"

#include <assay/clock.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "image/links.h"
#include "image/squashfs/listing.h"

#define NOTES_MAX ((size_t)256 << 10)
#define PATH_MAX_BYTES ((size_t)32 << 10)
#define STEPS 4096 /* blocks of zeros between two looks at the clock */
#define BLOCK_MIN ((size_t)512 << 10)

struct tree {
    struct filler filler;
    struct squashfs *fs;
    struct image_walk *walk;
    /* What comes next, NULL at the end. Returns 0, -ENOSPC (and has done nothing) when the block at
     * hand has no room for it, or what ends the tree. */
    int (*step)(struct tree *tree, struct assay_error *err);
    uint8_t *out; /* the block at hand */
    size_t used, cap;
    struct assay_buf notes; /* records of kind UNREAD that wait for room */
    struct assay_buf path, xattrs;
    struct squashfs_listing listing;
    struct squashfs_inode inode;
    struct squashfs_content content;
    uint64_t ref;
    size_t n_xattrs;
    const char *before; /* the entry is a hard link to this */
    struct image_links links;
    uint64_t made;  /* bytes of content */
    uint64_t shown; /* inodes that were met, at most */
    int failed;
    struct assay_error err;
    char link[SQUASHFS_TARGET_MAX + 1];
};

static size_t padded(size_t len)
{
    return (len + SQUASHFS_ALIGN - 1) & ~(size_t)(SQUASHFS_ALIGN - 1);
}

/* Room for a record of `len` bytes, or NULL. */
static struct squashfs_record *reserve(struct tree *tree, size_t len)
{
    return padded(len) <= tree->cap - tree->used ? (void *)(tree->out + tree->used) : NULL;
}

static void commit(struct tree *tree, struct squashfs_record *record, size_t len)
{
    record->size = (uint32_t)len;
    tree->used += padded(len);
}

/* Notes that something about the path at hand was not read. */
static int note(struct tree *tree, enum unread_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int note(struct tree *tree, enum unread_reason reason, const char *format, ...)
{
    static const uint8_t padding[SQUASHFS_ALIGN];
    struct squashfs_record record = {
        .kind = SQUASHFS_UNREAD, .path = (uint32_t)tree->path.len + 1, .reason = reason};
    char text[ASSAY_ERROR_TEXT];
    va_list args;
    int r;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    record.link = (uint32_t)strlen(text) + 1;
    record.size = (uint32_t)sizeof(record) + record.path + record.link;
    r = assay_buf_append(&tree->notes, &record, sizeof(record));
    if (r == 0)
        r = assay_buf_append(&tree->notes, assay_buf_str(&tree->path), record.path);
    if (r == 0)
        r = assay_buf_append(&tree->notes, text, record.link);
    if (r == 0)
        r = assay_buf_append(&tree->notes, padding, padded(record.size) - record.size);
    return r;
}

/* Takes an error met at the path at hand: noted, or returned when it is not the image's doing. */
static int damage(struct tree *tree, int r, const struct assay_error *err)
{
    if (r != -EBADMSG && r != -EFBIG)
        return r;
    return note(tree, r == -EFBIG ? UNREAD_BUDGET : UNREAD_CORRUPT, "%s",
                err->code ? err->text : "the data is damaged");
}

static int check_budgets(struct tree *tree, struct assay_error *err)
{
    const struct image_budget *budget = tree->walk->budget;

    if (assay_clock_ms() > tree->walk->deadline)
        return assay_error_set(err, EFBIG, "the time for the audit is used up");
    if (tree->made > IMAGE_RATIO_FLOOR &&
        tree->made / (budget->ratio ? budget->ratio : 1) > tree->fs->blocks->size)
        return assay_error_set(err, EFBIG, "it expands to more than %llu times its size",
                               (unsigned long long)budget->ratio);
    return 0;
}

static int step_child(struct tree *tree, struct assay_error *err);
static int step_end(struct tree *tree, struct assay_error *err);

static int step_content(struct tree *tree, struct assay_error *err)
{
    struct squashfs_record *record = reserve(tree, sizeof(*record) + tree->fs->super.block_size);
    struct assay_error what = {0};
    uint64_t offset;
    ssize_t n;
    int r;

    if (!record)
        return -ENOSPC;
    n = squashfs_content_next(tree->fs, &tree->content, (uint8_t *)(record + 1), STEPS, &offset,
                              &what);
    if (n > 0) {
        *record = (struct squashfs_record){.kind = SQUASHFS_DATA, .offset = offset};
        commit(tree, record, sizeof(*record) + (size_t)n);
        tree->made += (uint64_t)n;
    } else if (n == 0) {
        *record = (struct squashfs_record){.kind = SQUASHFS_END};
        commit(tree, record, sizeof(*record));
        tree->step = step_child;
    }
    if (what.code || (n < 0 && n != -EAGAIN)) {
        r = damage(tree, n < 0 ? (int)n : -EBADMSG, &what);
        if (r < 0)
            return r;
    }
    return check_budgets(tree, err);
}

static int step_enter(struct tree *tree, struct assay_error *err)
{
    struct assay_error what = {0};
    const char *before = NULL;
    int r = image_links_seen(&tree->links, tree->ref, assay_buf_str(&tree->path), &before);

    tree->step = step_child;
    if (r == -EFBIG)
        return note(tree, UNREAD_BUDGET, "more directories than are kept in mind");
    if (r < 0)
        return r;
    if (before)
        return note(tree, UNREAD_CORRUPT, "a directory that is met twice");
    r = squashfs_listing_enter(tree->fs, &tree->listing, &tree->inode, &tree->path, &what);
    r = damage(tree, r, &what);
    return r < 0 ? r : check_budgets(tree, err);
}

static enum entry_type type_of(const struct tree *tree)
{
    switch (tree->inode.type) {
    case SQFS_INODE_DIR:
        return ENTRY_DIR;
    case SQFS_INODE_SLINK:
        return ENTRY_SYMLINK;
    case SQFS_INODE_BDEV:
    case SQFS_INODE_CDEV:
        return ENTRY_DEVICE;
    case SQFS_INODE_FIFO:
        return ENTRY_FIFO;
    case SQFS_INODE_SOCKET:
        return ENTRY_SOCKET;
    default:
        return tree->before ? ENTRY_HARDLINK : ENTRY_FILE;
    }
}

static int step_entry(struct tree *tree, struct assay_error *err)
{
    const struct squashfs_inode *inode = &tree->inode;
    bool file = inode->type == SQFS_INODE_FILE;
    const char *link = tree->before                      ? tree->before
                       : inode->type == SQFS_INODE_SLINK ? tree->link
                                                         : NULL;
    size_t path = tree->path.len + 1, target = link ? strlen(link) + 1 : 0;
    size_t len = sizeof(struct squashfs_record) + path + target + tree->xattrs.len;
    struct squashfs_record *record = reserve(tree, len);
    uint8_t *to = (uint8_t *)(record + 1);

    (void)err;
    if (!record)
        return -ENOSPC;
    *record = (struct squashfs_record){
        .kind = SQUASHFS_ENTRY,
        .path = (uint32_t)path,
        .link = (uint32_t)target,
        .entry = {.uid = inode->uid,
                  .gid = inode->gid,
                  .mtime = inode->mtime,
                  .size = file || link ? (int64_t)inode->size : 0,
                  .mode = inode->mode,
                  .n_xattrs = (uint32_t)tree->n_xattrs,
                  .type = type_of(tree)},
    };
    memcpy(to, assay_buf_str(&tree->path), path);
    if (link)
        memcpy(to + path, link, target);
    if (tree->xattrs.len)
        memcpy(to + path + target, tree->xattrs.data, tree->xattrs.len);
    commit(tree, record, len);
    tree->shown += !tree->before;
    squashfs_content_begin(&tree->content, inode);
    tree->step = inode->type == SQFS_INODE_DIR ? step_enter
                 : file && !tree->before       ? step_content
                                               : step_child;
    return 0;
}

/* The inode's target, hard links and attributes. */
static int read_more(struct tree *tree)
{
    const struct squashfs_inode *inode = &tree->inode;
    struct squashfs_cursor target = inode->more;
    struct assay_error what = {0};
    int r = 0;

    tree->before = NULL;
    tree->xattrs.len = tree->n_xattrs = 0;
    if (inode->type == SQFS_INODE_SLINK) {
        memset(tree->link, 0, sizeof(tree->link));
        r = damage(tree,
                   squashfs_meta_read(tree->fs, &target, tree->link, (size_t)inode->size, &what),
                   &what);
    } else if (inode->type == SQFS_INODE_FILE && inode->links > 1) {
        r = image_links_seen(&tree->links, tree->ref, assay_buf_str(&tree->path), &tree->before);
        r = r == -EFBIG ? 0 : r; /* with too many to keep, it is read once more */
    }
    if (r < 0 || inode->xattr == SQUASHFS_NONE)
        return r;
    what.code = 0;
    r = squashfs_xattrs_read(tree->fs, inode->xattr, &tree->xattrs, &tree->n_xattrs, &what);
    if (r == -EBADMSG || r == -EFBIG)
        return note(tree, r == -EFBIG ? UNREAD_BUDGET : UNREAD_CORRUPT,
                    "its extended attributes cannot be read in full");
    return r;
}

/* Reads the inode of the path at hand. */
static int take_inode(struct tree *tree)
{
    struct assay_error what = {0};
    bool owners = true;
    int r = squashfs_inode_read(tree->fs, tree->ref, &tree->inode, &owners, &what);

    tree->step = step_child;
    if (r < 0)
        return damage(tree, r, &what);
    if (!owners)
        r = note(tree, UNREAD_CORRUPT, "its owner cannot be read");
    if (r == 0)
        r = read_more(tree);
    tree->step = step_entry;
    return r;
}

static int step_child(struct tree *tree, struct assay_error *err)
{
    struct assay_error what = {0};
    int r = squashfs_listing_next(&tree->listing, &tree->path, &tree->ref, &what);

    if (r == 0)
        tree->step = step_end;
    if (r <= 0)
        return damage(tree, r, &what);
    r = check_budgets(tree, err);
    return r < 0 ? r : take_inode(tree);
}

static int step_root(struct tree *tree, struct assay_error *err)
{
    int r;

    (void)err;
    tree->ref = tree->fs->super.root_inode_ref;
    r = take_inode(tree);
    if (r == 0 && tree->step == step_entry && tree->inode.type != SQFS_INODE_DIR)
        return note(tree, UNREAD_CORRUPT, "the root is no directory");
    return r;
}

/* Inodes that are in no directory are hidden. */
static int step_end(struct tree *tree, struct assay_error *err)
{
    (void)err;
    tree->step = NULL;
    tree->path.len = 0;
    tree->path.data[0] = 0;
    if (tree->shown >= tree->fs->super.inode_count)
        return 0;
    return note(tree, UNREAD_CORRUPT, "the image has %u inodes, and its directories show %llu",
                tree->fs->super.inode_count, (unsigned long long)tree->shown);
}

/* Moves what was noted into the block at hand. */
static int step_notes(struct tree *tree)
{
    struct squashfs_record *to = reserve(tree, tree->notes.len);

    if (!to)
        return -ENOSPC;
    memcpy(to, tree->notes.data, tree->notes.len);
    tree->used += tree->notes.len;
    tree->notes.len = 0;
    return 0;
}

static ssize_t tree_fill(struct filler *filler, uint8_t *data, size_t cap, struct assay_error *err)
{
    struct tree *tree = (struct tree *)filler;
    int r = 0;

    tree->out = data;
    tree->cap = cap;
    tree->used = 0;
    while (r == 0 && tree->failed == 0 && (tree->step || tree->notes.len)) {
        r = tree->notes.len ? step_notes(tree) : tree->step(tree, &tree->err);
        if (r < 0 && r != -ENOSPC)
            tree->failed = r;
    }
    if (r == -ENOSPC && tree->used == 0) /* a record larger than any block */
        tree->failed = assay_error_set(&tree->err, EFBIG, "an entry too large to be handed over");
    if (tree->used || tree->failed == 0)
        return (ssize_t)tree->used;
    if (err)
        *err = tree->err;
    return tree->failed;
}

static void tree_close(struct filler *filler)
{
    struct tree *tree = (struct tree *)filler;

    assay_buf_free(&tree->notes);
    assay_buf_free(&tree->path);
    assay_buf_free(&tree->xattrs);
    squashfs_listing_free(&tree->listing);
    image_links_free(&tree->links);
    free(tree);
}

size_t squashfs_tree_block(const struct squashfs *fs)
{
    size_t block = sizeof(struct squashfs_record) + fs->super.block_size + SQUASHFS_ALIGN;

    return block > BLOCK_MIN ? block : BLOCK_MIN;
}

int squashfs_tree_new(struct squashfs *fs, struct image_walk *walk, struct filler **ret)
{
    struct tree *tree = calloc(1, sizeof(*tree));
    int r = tree ? 0 : -ENOMEM;

    if (r < 0)
        return r;
    tree->filler = (struct filler){.fill = tree_fill, .close = tree_close};
    tree->fs = fs;
    tree->walk = walk;
    tree->step = step_root;
    tree->notes = ASSAY_BUF(NOTES_MAX);
    tree->path = ASSAY_BUF(PATH_MAX_BYTES);
    tree->xattrs = ASSAY_BUF(SQUASHFS_XATTR_BYTES);
    squashfs_listing_init(&tree->listing);
    r = assay_buf_append(&tree->path, ".", 1);
    if (r < 0)
        tree_close(&tree->filler);
    else
        *ret = &tree->filler;
    return r;
}
