/* Takes the records of a squashfs's tree, and what no file shows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/squashfs/tree.h"

#define SLOTS 4
#define THREAD_FROM ((uint64_t)1 << 20) /* bytes of an image that is worth a thread */

struct squashfs_walk {
    struct image_walk *walk;
    struct stream *tree;
    const uint8_t *data; /* records that were lent and not taken */
    size_t len;
    int failed; /* the stream's own error: nothing comes after it */
    struct assay_error err;
};

/* Content of the file that was met last. */
struct record_content {
    struct content content;
    struct squashfs_walk *self;
    bool ended;
};

/* The next record. Returns 1, 0 at the end, or the stream's error. */
static int next_record(struct squashfs_walk *self, const struct squashfs_record **ret,
                       struct assay_error *err)
{
    const struct squashfs_record *record;
    size_t whole;
    int r = self->len ? 1 : self->tree->next(self->tree, &self->data, &self->len, &self->err);

    if (r <= 0) {
        self->len = 0;
        self->failed = r;
        if (r < 0 && err)
            *err = self->err;
        return r;
    }
    record = (const void *)self->data;
    whole = (record->size + SQUASHFS_ALIGN - 1) & ~(size_t)(SQUASHFS_ALIGN - 1);
    self->data += whole;
    self->len -= whole;
    *ret = record;
    return 1;
}

static void tell_unread(struct squashfs_walk *self, const struct squashfs_record *record)
{
    const char *path = (const char *)(record + 1);

    image_walk_unread(self->walk, *path ? path : NULL, record->reason, "%s", path + record->path);
}

static int content_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                        uint64_t *ret_offset, struct assay_error *err)
{
    struct record_content *file = (struct record_content *)content;
    const struct squashfs_record *record;
    int r;

    while (!file->ended) {
        r = next_record(file->self, &record, err);
        if (r <= 0)
            return r;
        if (record->kind == SQUASHFS_DATA) {
            *ret = (const uint8_t *)(record + 1);
            *ret_len = record->size - sizeof(*record);
            *ret_offset = record->offset;
            return 1;
        }
        if (record->kind == SQUASHFS_UNREAD)
            tell_unread(file->self, record);
        else
            file->ended = true;
    }
    return 0;
}

static int take_file(struct squashfs_walk *self, struct entry *entry)
{
    struct record_content file = {.content = {.size = (uint64_t)entry->size, .next = content_next},
                                  .self = self};
    _cleanup_free_ char *path = strdup(entry->path); /* the record goes while the file is read */

    if (!path)
        return image_walk_damage(self->walk, NULL, -ENOMEM, NULL);
    entry->path = path;
    return image_walk_file(self->walk, entry, &file.content);
}

static int take_entry(struct squashfs_walk *self, const struct squashfs_record *record)
{
    struct entry_xattr xattrs[SQUASHFS_XATTRS_MAX];
    const char *path = (const char *)(record + 1), *at = path + record->path + record->link;
    struct entry entry = {
        .path = path,
        .type = record->entry.type,
        .link = record->link ? path + record->path : NULL,
        .mode = record->entry.mode,
        .uid = record->entry.uid,
        .gid = record->entry.gid,
        .size = record->entry.size,
        .mtime = record->entry.mtime,
        .xattrs = xattrs,
        .n_xattrs = record->entry.n_xattrs,
    };

    for (size_t i = 0; i < entry.n_xattrs; i++) {
        uint32_t len;

        xattrs[i].name = at;
        at += strlen(at) + 1;
        memcpy(&len, at, sizeof(len));
        xattrs[i].value = (const uint8_t *)at + sizeof(len);
        xattrs[i].value_len = len;
        at += sizeof(len) + len;
    }
    return entry.type == ENTRY_FILE ? take_file(self, &entry)
                                    : image_walk_entry(self->walk, &entry);
}

static int take_all(struct squashfs_walk *self)
{
    const struct squashfs_record *record;
    int r = 0;

    while (r == 0 && self->failed == 0 && next_record(self, &record, NULL) > 0) {
        if (record->kind == SQUASHFS_ENTRY)
            r = take_entry(self, record);
        else if (record->kind == SQUASHFS_UNREAD)
            tell_unread(self, record);
    }
    return r < 0 ? r : image_walk_damage(self->walk, NULL, self->failed, &self->err);
}

static int tree_open(struct image_walk *walk, struct squashfs *fs, struct stream **ret)
{
    struct filler *filler;
    int r = squashfs_tree_new(fs, walk, &filler);

    if (r < 0)
        return r;
    if (fs->blocks->size < THREAD_FROM)
        return stream_direct_new(filler, squashfs_tree_block(fs), ret);
    return stream_ring_new(filler, SLOTS, squashfs_tree_block(fs), ret);
}

int image_squashfs_walk(struct image_walk *walk, struct blocks *blocks)
{
    struct squashfs_walk self = {.walk = walk};
    struct assay_error err = {0};
    struct squashfs fs;
    int r = squashfs_open(blocks, &fs, &err);

    if (r == -ENOTSUP) {
        image_walk_unread(walk, NULL, UNREAD_UNSUPPORTED, "%s", err.text);
        return image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, NULL);
    }
    if (r == -EBADMSG) {
        image_walk_unread(walk, NULL, UNREAD_CORRUPT, "%s", err.text);
        return image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, NULL);
    }
    if (r < 0)
        return image_walk_damage(walk, NULL, r, &err);
    if (fs.super.bytes_used > blocks->size)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "the file system is larger than what holds it");
    r = tree_open(walk, &fs, &self.tree);
    if (r < 0)
        r = image_walk_damage(walk, NULL, r, NULL);
    else
        r = take_all(&self);
    stream_close(self.tree); /* first: its thread uses `fs` */
    if (r == 0 && !walk->shown)
        r = image_cover_rest(&fs.cover, walk, blocks, "(free)");
    squashfs_close(&fs);
    return r;
}
