#include <assay/clock.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image/iso/iso.h"

#define DEPTH_MAX 512u
#define EXTENTS_MAX 4096u /* of one file */
#define PATH_BYTES ((size_t)64 << 10)
#define MOVED_BYTES ((size_t)16 << 20)
#define SECTORS_BETWEEN_CLOCKS 1024
#define SIZE_BITS 36 /* of a key made of a place in blocks and a size in bytes */

/* A directory whose records are taken. */
struct level {
    struct iso_extent extent;
    uint64_t at; /* bytes of it that are behind */
    size_t path; /* bytes of its path */
    bool damaged;
};

struct dirs {
    struct iso *iso;
    const struct iso_tree *tree;
    bool rest;
    struct level levels[DEPTH_MAX];
    unsigned depth;
    struct assay_buf path;
    struct assay_buf moved; /* directories that were moved: each a struct iso_extent, its path */
    struct image_links met; /* directories by their places */
    uint8_t sector[ISO_SECTOR];
    uint64_t sector_at, loads;
    struct iso_record record, first; /* `first`: of the file whose extents are collected */
    struct iso_extent extents[EXTENTS_MAX];
    size_t n_extents;
    char target[ISO_TARGET_MAX];
};

static const char *path_of(const struct dirs *dirs)
{
    return dirs->path.len ? assay_buf_str(&dirs->path) : NULL;
}

static void path_cut(struct dirs *dirs, size_t len)
{
    dirs->path.len = len;
    if (dirs->path.data)
        dirs->path.data[len] = 0;
}

/* Loads the sector that has the byte `at` of the image. */
static int load(struct dirs *dirs, uint64_t at, struct assay_error *err)
{
    uint64_t start = at - at % ISO_SECTOR;
    int r;

    if (dirs->sector_at == start)
        return 0;
    if (dirs->loads++ % SECTORS_BETWEEN_CLOCKS == 0 && assay_clock_ms() > dirs->iso->walk->deadline)
        return image_walk_stop(dirs->iso->walk, path_of(dirs), "the time for the audit is used up");
    dirs->sector_at = UINT64_MAX;
    r = blocks_read(dirs->iso->blocks, dirs->sector, ISO_SECTOR, start, err);
    if (r == 0)
        dirs->sector_at = start;
    return r == -EINVAL ? assay_error_set(err, EBADMSG, "a directory lies outside of the image")
                        : r;
}

/* Reports damage to the directory at hand, once. */
static int level_damage(struct dirs *dirs, struct level *level, int r,
                        const struct assay_error *err)
{
    bool again = level->damaged && r == -EBADMSG;

    level->damaged = true;
    return again ? 0 : image_walk_damage(dirs->iso->walk, path_of(dirs), r, err);
}

static int enter(struct dirs *dirs, const struct iso_extent *extent)
{
    struct image_walk *walk = dirs->iso->walk;
    const char *before = NULL;
    int r = image_links_seen(&dirs->met, extent->start, assay_buf_str(&dirs->path), &before);

    if (r == -ENOMEM)
        return image_walk_damage(walk, NULL, r, NULL);
    if (before) {
        if (!dirs->rest)
            image_walk_unread(walk, path_of(dirs), UNREAD_CORRUPT, "a directory that is met twice");
        return 0;
    }
    if (r < 0 || dirs->depth == DEPTH_MAX) {
        image_walk_unread(walk, path_of(dirs), UNREAD_BUDGET,
                          r < 0 ? "more directories than are kept in mind"
                                : "more directories in directories than are followed");
        return 0;
    }
    dirs->levels[dirs->depth++] = (struct level){.extent = *extent, .path = dirs->path.len};
    return 0;
}

static enum entry_type type_of(const struct iso_record *record)
{
    switch (record->mode & S_IFMT) {
    case S_IFLNK:
        return ENTRY_SYMLINK;
    case S_IFCHR:
    case S_IFBLK:
        return ENTRY_DEVICE;
    case S_IFIFO:
        return ENTRY_FIFO;
    case S_IFSOCK:
        return ENTRY_SOCKET;
    default:
        return record->dir || record->child ? ENTRY_DIR : ENTRY_FILE;
    }
}

static struct entry entry_of(const struct dirs *dirs, const struct iso_record *record)
{
    return (struct entry){
        .path = dirs->path.len ? assay_buf_str(&dirs->path) : ".",
        .type = type_of(record),
        .link = record->target ? dirs->target : NULL,
        .mode = record->mode  ? record->mode & 07777
                : record->dir ? 0555
                              : 0444,
        .uid = record->uid,
        .gid = record->gid,
        .size = (int64_t)record->extent.size,
        .mtime = record->mtime,
    };
}

/* Notes where a file lies; *ret_before is the path of one that was met before and has the very same
 * bytes. Of the same place alone it would not do: one tree can show a beginning of what another one
 * shows. What place and size have no room for together is read once more. */
static int note_content(struct dirs *dirs, const char *path, const char **ret_before)
{
    const struct iso_extent *extent = &dirs->extents[0];
    uint64_t block = extent->start / dirs->iso->block_size;
    const char *same_place;
    int r = image_links_seen(&dirs->iso->starts, extent->start, path, &same_place);

    if (r == -ENOMEM || dirs->n_extents > 1 || block >> (64 - SIZE_BITS) ||
        extent->size >> SIZE_BITS)
        return r;
    return image_links_seen(&dirs->iso->files, block << SIZE_BITS | extent->size, path, ret_before);
}

/* A file whose extents are known. */
static int take_file(struct dirs *dirs, const struct iso_record *record)
{
    struct entry entry = entry_of(dirs, record);
    const char *before = NULL;
    int r = 0;

    entry.link = NULL;
    if (dirs->extents[0].size)
        r = note_content(dirs, entry.path, &before);
    if (r == -ENOMEM)
        return image_walk_damage(dirs->iso->walk, NULL, r, NULL);
    if (dirs->rest && (before || !dirs->extents[0].size))
        return 0;
    if (before && record->links > 1) {
        entry.type = ENTRY_HARDLINK;
        entry.link = before;
        return image_walk_entry(dirs->iso->walk, &entry);
    }
    return iso_file_walk(dirs->iso, record, &entry, dirs->extents, dirs->n_extents);
}

static int end_file(struct dirs *dirs)
{
    int r = take_file(dirs, &dirs->first);

    dirs->n_extents = 0;
    return r;
}

/* Collects the extents of a file, of which one record after the other tells. */
static int take_extent(struct dirs *dirs, const struct iso_record *record)
{
    struct iso_extent *last = dirs->n_extents ? &dirs->extents[dirs->n_extents - 1] : NULL;

    if (!last)
        dirs->first = *record;
    if (last && last->start + last->size == record->extent.start) {
        last->size += record->extent.size;
    } else if (dirs->n_extents == EXTENTS_MAX) {
        image_walk_unread(dirs->iso->walk, path_of(dirs), UNREAD_BUDGET,
                          "a file in more pieces than are followed");
    } else {
        dirs->extents[dirs->n_extents++] = record->extent;
    }
    return record->more ? 0 : end_file(dirs);
}

/* The directory's own record, which has its size and attributes. */
static int read_self(struct dirs *dirs, uint64_t start, struct iso_record *ret,
                     struct assay_error *err)
{
    size_t offset = start % ISO_SECTOR;
    int r = load(dirs, start, err);

    if (r == 0)
        r = iso_record_read(dirs->iso, dirs->tree, dirs->sector + offset, ISO_SECTOR - offset,
                            dirs->target, ret, err);
    if (r == 0 && !ret->self)
        return assay_error_set(err, EBADMSG, "the directory is damaged");
    ret->dir = true;
    ret->extent.start = start;
    return r;
}

static int take_dir(struct dirs *dirs, const struct iso_record *record)
{
    struct iso_record self;
    struct iso_extent place;
    struct assay_error err = {0};
    int r = 0;

    if (record->moved && !record->child) {
        struct iso_extent extent = record->extent;
        size_t kept = dirs->moved.len;

        r = assay_buf_append(&dirs->moved, &extent, sizeof(extent));
        if (r == 0)
            r = assay_buf_append(&dirs->moved, assay_buf_str(&dirs->path), dirs->path.len + 1);
        if (r == 0)
            return 0;
        dirs->moved.len = kept; /* too many: it is walked where it is */
    }
    if (record->child) {
        r = read_self(dirs, record->child, &self, &err);
        if (r < 0)
            return image_walk_damage(dirs->iso->walk, path_of(dirs), r, &err);
        record = &self;
    }
    if (!dirs->rest) {
        struct entry entry = entry_of(dirs, record);

        r = image_walk_entry(dirs->iso->walk, &entry);
    }
    if (r < 0)
        return r;
    /* Linux goes by the directory's own record: what is longer there is not to be hidden. */
    place = record->extent;
    if (read_self(dirs, place.start, &self, &err) == 0 && self.extent.size > place.size)
        place.size = self.extent.size;
    return enter(dirs, &place);
}

static int take_record(struct dirs *dirs, struct iso_record *record, size_t path)
{
    struct entry entry;
    int r = 0;

    if (record->self || record->parent)
        return 0;
    path_cut(dirs, path);
    if (path)
        r = assay_buf_append(&dirs->path, "/", 1);
    if (r == 0)
        r = assay_buf_append(&dirs->path, record->name, strlen(record->name));
    if (r == -EFBIG) {
        path_cut(dirs, path);
        image_walk_unread(dirs->iso->walk, path_of(dirs), UNREAD_BUDGET,
                          "a path too long to be followed");
        return 0;
    }
    if (r < 0)
        return image_walk_damage(dirs->iso->walk, NULL, r, NULL);
    entry = entry_of(dirs, record);
    if (entry.type == ENTRY_DIR)
        return take_dir(dirs, record);
    if (entry.type == ENTRY_FILE)
        return take_extent(dirs, record);
    if (dirs->rest)
        return 0;
    if (entry.type == ENTRY_SYMLINK && !entry.link) {
        image_walk_unread(dirs->iso->walk, entry.path, UNREAD_CORRUPT, "its target is missing");
        entry.link = "";
    }
    return image_walk_entry(dirs->iso->walk, &entry);
}

/* Takes the next record, or leaves a directory at its end. */
static int step(struct dirs *dirs)
{
    struct level *level = &dirs->levels[dirs->depth - 1];
    uint64_t at = level->extent.start + level->at;
    size_t offset = at % ISO_SECTOR, path = level->path, rest = ISO_SECTOR - offset;
    struct assay_error err = {0};
    int r;

    if (level->at >= level->extent.size) {
        r = dirs->n_extents ? end_file(dirs) : 0;
        path_cut(dirs, path);
        dirs->depth--;
        return r;
    }
    r = load(dirs, at, &err);
    if (r == 0 && !dirs->sector[offset]) {
        level->at += rest;
        return 0;
    }
    if (r == -EBADMSG)
        level->at = level->extent.size;
    if (r == 0) {
        r = iso_record_read(dirs->iso, dirs->tree, dirs->sector + offset, rest, dirs->target,
                            &dirs->record, &err);
        level->at += dirs->record.len ? dirs->record.len : rest;
    }
    if (r == 0 || dirs->iso->walk->failed < 0)
        return r < 0 ? r : take_record(dirs, &dirs->record, path);
    path_cut(dirs, path);
    return level_damage(dirs, level, r, &err);
}

/* Directories that were moved, and that nothing at the places they came from points to. */
static int take_moved(struct dirs *dirs)
{
    size_t at = 0;
    int r = 0;

    while (r == 0 && at < dirs->moved.len) {
        struct iso_record self;
        struct iso_extent extent;
        struct assay_error err = {0};
        const char *path = (const char *)dirs->moved.data + at + sizeof(extent);

        memcpy(&extent, dirs->moved.data + at, sizeof(extent));
        at += sizeof(extent) + strlen(path) + 1;
        if (image_links_has(&dirs->met, extent.start))
            continue;
        path_cut(dirs, 0);
        r = assay_buf_append(&dirs->path, path, strlen(path));
        if (r == 0)
            r = read_self(dirs, extent.start, &self, &err);
        if (r < 0) {
            r = image_walk_damage(dirs->iso->walk, path_of(dirs), r, &err);
            continue;
        }
        self.moved = false;
        r = take_dir(dirs, &self);
        while (r == 0 && dirs->depth)
            r = step(dirs);
    }
    return r;
}

static int walk_all(struct dirs *dirs)
{
    struct iso_record self;
    struct assay_error err = {0};
    int r = read_self(dirs, dirs->tree->root.start, &self, &err);

    if (r < 0)
        return image_walk_damage(dirs->iso->walk, NULL, r, &err);
    self.moved = false;
    r = take_dir(dirs, &self);
    while (r == 0 && dirs->depth)
        r = step(dirs);
    return r < 0 ? r : take_moved(dirs);
}

int iso_tree_walk(struct iso *iso, const struct iso_tree *tree, bool rest)
{
    struct dirs *dirs = calloc(1, sizeof(*dirs));
    int r;

    if (!dirs)
        return image_walk_damage(iso->walk, NULL, -ENOMEM, NULL);
    dirs->iso = iso;
    dirs->tree = tree;
    dirs->rest = rest;
    dirs->sector_at = UINT64_MAX;
    dirs->path = ASSAY_BUF(PATH_BYTES);
    dirs->moved = ASSAY_BUF(MOVED_BYTES);
    r = walk_all(dirs);
    image_links_free(&dirs->met);
    assay_buf_free(&dirs->moved);
    assay_buf_free(&dirs->path);
    free(dirs);
    return r;
}
