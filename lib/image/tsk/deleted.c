/* Deleted files: FAT and exFAT keep their names and first cluster, NTFS their record. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/tsk/walk.h"

#define NAMELESS "$OrphanFiles/OrphanFile-" /* TSK makes such names up */

/* A name without content. */
static int walk_name(struct tsk_walk *tsk, const char *path)
{
    struct entry entry = {
        .path = path, .type = ENTRY_FREE, .in = ENTRY_IN_DELETED, .uid = -1, .gid = -1, .size = -1};
    unsigned level;
    int r;

    if (strncmp(path, NAMELESS, strlen(NAMELESS)) == 0)
        return 0;
    r = image_walk_begin(tsk->walk, &entry, &level);
    return r < 0 ? r : image_walk_done(tsk->walk);
}

static bool may_recover(const struct tsk_walk *tsk, const TSK_FS_ATTR *attr)
{
    return attr->size > 0 && !(attr->flags & TSK_FS_ATTR_ENC) &&
           (uint64_t)attr->size <= tsk->blocks->size - tsk->recovered && tsk_content_is_free(attr);
}

static int walk_attr(struct tsk_walk *tsk, const TSK_FS_ATTR *attr, struct entry *entry)
{
    struct tsk_content content;

    tsk_content_open(&content, tsk->blocks, attr, tsk->piece, tsk->walk->deadline);
    content.guess = true;
    tsk->recovered += content.content.size;
    entry->size = attr->size;
    return image_walk_file(tsk->walk, entry, &content.content);
}

/* The content that is still there; *ret_any: there is some. */
static int walk_content(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path, bool *ret_any)
{
    bool ntfs = tsk->fs->ftype == TSK_FS_TYPE_NTFS;
    struct entry entry = {
        .path = path, .in = ENTRY_IN_DELETED, .uid = -1, .gid = -1, .mtime = file->meta->mtime};
    int n = tsk_fs_file_attr_getsize(file), r = 0;

    for (int i = 0; i < n && r == 0; i++) {
        const TSK_FS_ATTR *attr = tsk_fs_file_attr_get_idx(file, i);

        if (!attr || (ntfs && attr->type != TSK_FS_ATTR_TYPE_NTFS_DATA) || !may_recover(tsk, attr))
            continue;
        r = walk_attr(tsk, attr, &entry);
        *ret_any = true;
    }
    return r;
}

static int walk_directory(struct tsk_walk *tsk, TSK_INUM_T inum, const char *path, unsigned depth)
{
    struct entry entry = {
        .path = path, .type = ENTRY_DIR, .in = ENTRY_IN_DELETED, .uid = -1, .gid = -1, .size = -1};
    bool before = tsk->deleted;
    int r = image_walk_entry(tsk->walk, &entry);

    tsk->deleted = true;
    if (r == 0)
        r = tsk_fs_walk_dir(tsk, inum, path, depth + 1);
    tsk->deleted = before;
    return r;
}

/* `path` is marked as deleted already. */
static int walk_marked(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path, unsigned depth)
{
    const TSK_FS_META *meta = file ? file->meta : NULL;
    bool any = false;
    int r;

    if (!meta || !(meta->flags & TSK_FS_META_FLAG_UNALLOC)) /* taken by another file since */
        return walk_name(tsk, path);
    if (meta->type == TSK_FS_META_TYPE_DIR)
        return walk_directory(tsk, meta->addr, path, depth);
    r = walk_content(tsk, file, path, &any);
    return r < 0 || any ? r : walk_name(tsk, path);
}

/* The record of NTFS that `name` is of. A record's sequence number goes up when it is given back,
 * which drivers do at different times: by its number TSK often does not take the record for that of
 * the name, so its own name is compared. NULL when it is another's. */
static TSK_FS_FILE *open_record(struct tsk_walk *tsk, const TSK_FS_NAME *name)
{
    TSK_FS_FILE *file = tsk_fs_file_open_meta(tsk->fs, NULL, name->meta_addr);
    const TSK_FS_META_NAME_LIST *own = file && file->meta ? file->meta->name2 : NULL;

    while (own && strcmp(own->name, name->name) != 0)
        own = own->next;
    if (own)
        return file;
    tsk_fs_file_close(file);
    return NULL;
}

int tsk_deleted_walk(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path, unsigned depth)
{
    _cleanup_free_ char *marked = NULL;
    TSK_FS_FILE *record;
    int r;

    if (asprintf(&marked, "%s (deleted)", path) < 0) {
        marked = NULL;
        return image_walk_damage(tsk->walk, path, -ENOMEM, NULL);
    }
    if (tsk->fs->ftype != TSK_FS_TYPE_NTFS || file->meta)
        return walk_marked(tsk, file, marked, depth);
    record = open_record(tsk, file->name);
    r = walk_marked(tsk, record, marked, depth);
    tsk_fs_file_close(record);
    return r;
}

int tsk_deleted_orphans(struct tsk_walk *tsk)
{
    int r;

    tsk->deleted = true;
    r = tsk_fs_walk_dir(tsk, TSK_FS_ORPHANDIR_INUM(tsk->fs), "$OrphanFiles", 1);
    tsk->deleted = false;
    return r;
}
