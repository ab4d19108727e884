/* FAT, exFAT and NTFS. Content is read through The Sleuth Kit's attributes; what is no file's
 * content from the blocks themselves. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"
#include "image/tsk/walk.h"

#define DEPTH_MAX 256u
#define NTFS_OWN_FILES 16  /* the first records of the MFT: $MFT, $LogFile, ... $Boot */
#define NTFS_FIRST_FILE 64 /* records below may be of files in $Extend */

/* Content of the file system's own files, which is not to be looked into: the boot sector would be
 * taken for a file system in the file system. */
static int walk_plain(struct tsk_walk *tsk, const struct entry *entry, struct content *content)
{
    struct assay_error err = {0};
    const uint8_t *data = NULL;
    uint64_t offset = 0;
    unsigned level = 0;
    size_t len = 0;
    int r = image_walk_begin(tsk->walk, entry, &level);

    if (r < 0)
        return r;
    while (r == 0 && (r = content->next(content, &data, &len, &offset, &err)) > 0)
        r = image_walk_bytes(tsk->walk, level, data, len, offset);
    r = image_walk_damage(tsk->walk, entry->path, r, &err);
    return r < 0 ? r : image_walk_done(tsk->walk);
}

static int walk_attr(struct tsk_walk *tsk, const struct entry *entry, const TSK_FS_ATTR *attr)
{
    struct tsk_content content;
    struct entry one = *entry;
    _cleanup_free_ char *path = NULL;

    one.size = attr->size;
    if (tsk->fs->ftype == TSK_FS_TYPE_NTFS && attr->name && *attr->name &&
        strcmp(attr->name, "$Data") != 0) {
        if (asprintf(&path, "%s:%s", entry->path, attr->name) < 0) {
            path = NULL;
            return image_walk_damage(tsk->walk, entry->path, -ENOMEM, NULL);
        }
        one.path = path;
    }
    if (attr->flags & TSK_FS_ATTR_ENC)
        image_walk_unread(tsk->walk, one.path, UNREAD_ENCRYPTED, "the file is encrypted (EFS)");
    tsk_content_open(&content, tsk->blocks, attr, tsk->piece, tsk->walk->deadline);
    content.cover = &tsk->cover;
    return entry->type == ENTRY_META ? walk_plain(tsk, &one, &content.content)
                                     : image_walk_file(tsk->walk, &one, &content.content);
}

/* An entry of a type that has content, without any. */
static int walk_nothing(struct tsk_walk *tsk, const struct entry *entry)
{
    unsigned level;
    int r = image_walk_begin(tsk->walk, entry, &level);

    return r < 0 ? r : image_walk_done(tsk->walk);
}

/* Whether a file without content is one that lost it: each of NTFS has some, be it empty, but for
 * the file system's own ones and for what stands for something else. TSK leaves an attribute out
 * whose fields cannot be, and what follows it. */
static bool lacks_content(const struct tsk_walk *tsk, TSK_FS_FILE *file)
{
    if (file->meta->size > 0)
        return true;
    return tsk->fs->ftype == TSK_FS_TYPE_NTFS && file->meta->type == TSK_FS_META_TYPE_REG &&
           file->meta->addr >= NTFS_FIRST_FILE && file->meta->addr < tsk->fs->last_inum &&
           !tsk_fs_file_attr_get_type(file, TSK_FS_ATTR_TYPE_NTFS_REPARSE, 0, 0);
}

/* What a file or, on NTFS, a directory has of content: there it may have several streams. */
static int walk_streams(struct tsk_walk *tsk, TSK_FS_FILE *file, const struct entry *entry,
                        size_t *ret_n)
{
    bool ntfs = tsk->fs->ftype == TSK_FS_TYPE_NTFS;
    int n = tsk_fs_file_attr_getsize(file), r = 0;

    for (int i = 0; i < n && r == 0; i++) {
        const TSK_FS_ATTR *attr = tsk_fs_file_attr_get_idx(file, i);

        if (!attr || (ntfs && attr->type != TSK_FS_ATTR_TYPE_NTFS_DATA))
            continue;
        ++*ret_n;
        r = walk_attr(tsk, entry, attr);
    }
    return r;
}

/* The table of exFAT's clusters (specification, 3.1), which TSK cannot read in a small volume: it
 * takes the table's sector for the number of a cluster. */
static int walk_exfat_table(struct tsk_walk *tsk, const struct entry *entry)
{
    uint64_t start = 0, end = 0;
    uint8_t boot[112];
    unsigned level;
    bool any;
    int r = image_walk_begin(tsk->walk, entry, &level);

    if (r < 0)
        return r;
    if (blocks_read(tsk->blocks, boot, sizeof(boot), 0, NULL) == 0 && boot[108] <= 12) {
        start = (uint64_t)image_le32(boot + 80) << boot[108];
        end = start + ((uint64_t)image_le32(boot + 84) << boot[108]);
        end = end < tsk->blocks->size ? end : tsk->blocks->size;
    }
    r = image_walk_range(tsk->walk, tsk->blocks, level, start, end, &any);
    return r < 0 ? r : image_walk_done(tsk->walk);
}

static int walk_content(struct tsk_walk *tsk, TSK_FS_FILE *file, const struct entry *entry)
{
    bool ntfs = tsk->fs->ftype == TSK_FS_TYPE_NTFS;
    size_t n = 0;
    int r = walk_streams(tsk, file, entry, &n);

    if (r == 0 && !n && tsk->fs->ftype == TSK_FS_TYPE_EXFAT &&
        file->meta->type == TSK_FS_META_TYPE_VIRT)
        return walk_exfat_table(tsk, entry);
    if (r == 0 && !n)
        r = walk_nothing(tsk, entry);
    if (r < 0)
        return r;
    if (ntfs)
        tsk_ntfs_elsewhere(tsk, file, entry->path);
    if (!(ntfs && tsk_ntfs_check(tsk, file, entry->path, n)) && !n && lacks_content(tsk, file))
        image_walk_unread(tsk->walk, entry->path, UNREAD_CORRUPT,
                          "the content is damaged: its place is not to be had");
    return 0;
}

/* The streams of a directory `path` of NTFS. */
static int walk_dir_streams(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path)
{
    struct entry entry = {.path = path, .type = ENTRY_FILE, .uid = -1, .gid = -1, .size = -1};
    size_t n = 0;
    int r;

    if (tsk->fs->ftype != TSK_FS_TYPE_NTFS || tsk->deleted || !file || !file->meta)
        return 0;
    entry.mtime = file->meta->mtime;
    r = walk_streams(tsk, file, &entry, &n);
    if (r == 0)
        tsk_ntfs_check(tsk, file, path, n);
    return r;
}

static bool is_label(const struct tsk_walk *tsk, const TSK_FS_FILE *file)
{
    size_t len = strlen(file->name->name);

    return tsk->fs->ftype != TSK_FS_TYPE_NTFS && file->meta->size == 0 &&
           len > strlen(TSK_WALK_LABEL) &&
           strcmp(file->name->name + len - strlen(TSK_WALK_LABEL), TSK_WALK_LABEL) == 0;
}

static int walk_label(struct tsk_walk *tsk, const char *path)
{
    size_t len = strlen(path) - strlen(TSK_WALK_LABEL);

    while (len && path[len - 1] == ' ')
        len--;
    return image_walk_meta(tsk->walk, "(volume label)", path, len);
}

static int walk_file(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path, unsigned depth)
{
    const TSK_FS_META *meta = file->meta;
    struct entry entry = {.path = path, .type = ENTRY_FILE, .uid = -1, .gid = -1, .size = -1};
    int r;

    if ((file->name->flags & TSK_FS_NAME_FLAG_UNALLOC) || tsk->deleted)
        return tsk_deleted_walk(tsk, file, path, depth);
    if (!meta) {
        image_walk_unread(tsk->walk, path, UNREAD_CORRUPT, "the entry is damaged: %s",
                          tsk_source_error());
        return 0;
    }
    if (meta->type == TSK_FS_META_TYPE_VIRT_DIR)
        return 0;
    if (depth == 0 && is_label(tsk, file))
        return walk_label(tsk, path);
    entry.mode = (uint32_t)meta->mode & 07777;
    entry.size = meta->size;
    entry.mtime = meta->mtime;
    if (meta->type == TSK_FS_META_TYPE_VIRT ||
        (tsk->fs->ftype == TSK_FS_TYPE_NTFS && meta->addr < NTFS_OWN_FILES))
        entry.type = ENTRY_META;
    if (meta->type != TSK_FS_META_TYPE_DIR)
        return walk_content(tsk, file, &entry);
    entry.type = ENTRY_DIR;
    r = image_walk_entry(tsk->walk, &entry);
    return r < 0 ? r : tsk_fs_walk_dir(tsk, meta->addr, path, depth + 1);
}

static int walk_names(struct tsk_walk *tsk, const TSK_FS_DIR *dir, const char *path, unsigned depth)
{
    size_t n = tsk_fs_dir_getsize(dir);
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        TSK_FS_FILE *file = tsk_fs_dir_get(dir, i);
        _cleanup_free_ char *child = NULL;

        if (!file || !file->name || !file->name->name || !*file->name->name ||
            strcmp(file->name->name, ".") == 0 || strcmp(file->name->name, "..") == 0) {
            tsk_fs_file_close(file);
            continue;
        }
        if (asprintf(&child, "%s%s%s", path, *path ? "/" : "", file->name->name) < 0) {
            child = NULL;
            r = image_walk_damage(tsk->walk, path, -ENOMEM, NULL);
        } else {
            r = walk_file(tsk, file, child, depth);
        }
        tsk_fs_file_close(file);
    }
    return r;
}

int tsk_fs_walk_dir(struct tsk_walk *tsk, TSK_INUM_T inum, const char *path, unsigned depth)
{
    struct assay_error err = {0};
    TSK_FS_DIR *dir;
    size_t left_out;
    int r = tsk_dirs_seen(tsk, inum);

    if (r == -EFBIG)
        assay_error_set(&err, EFBIG, "more directories than are followed");
    else if (r > 0)
        r = assay_error_set(&err, EBADMSG, "a directory that is met twice");
    else if (r == 0 && depth > DEPTH_MAX)
        r = assay_error_set(&err, EFBIG, "more than %u directories deep", DEPTH_MAX);
    if (r == -EBADMSG && tsk->deleted)
        return 0;
    if (r < 0)
        return image_walk_damage(tsk->walk, path, r, &err);
    dir = tsk_fs_dir_open_meta(tsk->fs, inum);
    if (!dir) {
        if (!tsk->deleted)
            image_walk_unread(tsk->walk, path, UNREAD_CORRUPT, "the directory is damaged: %s",
                              tsk_source_error());
        return 0;
    }
    left_out = tsk->deleted ? 0 : tsk_fat_left_out(tsk, dir);
    if (left_out)
        image_walk_unread(tsk->walk, path, UNREAD_CORRUPT,
                          "%zu entries of the directory are damaged: what they hold was read as "
                          "raw bytes only",
                          left_out);
    r = walk_dir_streams(tsk, dir->fs_file, path);
    if (r == 0)
        r = walk_names(tsk, dir, path, depth);
    tsk_fs_dir_close(dir);
    return r;
}

static int walk_rest(struct tsk_walk *tsk)
{
    struct image_cover unused = {0};
    int r;

    tsk_unused_find(tsk, &unused);
    r = image_cover_both(&tsk->cover, &unused, tsk->walk, tsk->blocks);
    image_cover_free(&unused);
    return r;
}

/* Whether what holds the file system is shorter than it. An NTFS ends with a sector that it does
 * not count, the copy of its first one (which says at 11 how long sectors are, at 40 how many). */
static bool is_cut(const struct tsk_walk *tsk, TSK_FS_TYPE_ENUM type)
{
    uint64_t end = ((uint64_t)tsk->fs->last_block + 1) * tsk->fs->block_size, sectors;
    uint8_t boot[48];

    if (type == TSK_FS_TYPE_NTFS && blocks_read(tsk->blocks, boot, sizeof(boot), 0, NULL) == 0) {
        sectors = image_le64(boot + 40);
        if (sectors < UINT64_MAX >> 16)
            end = (sectors + 1) * image_le16(boot + 11);
    }
    return end > tsk->blocks->size;
}

static int walk_fs(struct image_walk *walk, struct blocks *blocks, TSK_FS_TYPE_ENUM type)
{
    struct tsk_walk tsk = {.walk = walk, .blocks = blocks};
    struct tsk_source *source = tsk_source_new(blocks, 512, walk->deadline);
    int r = 0;

    tsk.piece = malloc(IMAGE_PIECE);
    if (!source || !tsk.piece)
        r = image_walk_damage(walk, NULL, -ENOMEM, NULL);
    else
        tsk.fs = tsk_fs_open_img(&source->img, 0, type);
    if (tsk.fs) {
        if (is_cut(&tsk, type))
            image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                              "the file system is larger than what holds it");
        r = tsk_fs_walk_dir(&tsk, tsk.fs->root_inum, "", 0);
        if (r == 0 && type == TSK_FS_TYPE_NTFS)
            r = tsk_deleted_orphans(&tsk);
        if (r == 0)
            r = walk_rest(&tsk);
        tsk_fs_file_close(tsk.mft);
        tsk_fs_close(tsk.fs);
    } else if (r == 0) {
        image_walk_unread(walk, NULL, UNREAD_CORRUPT, "the file system cannot be opened: %s",
                          tsk_source_error());
        r = image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, NULL);
    }
    tsk_source_free(source);
    free(tsk.piece);
    free(tsk.seen);
    image_cover_free(&tsk.cover);
    return r;
}

int image_tsk_walk_fat(struct image_walk *walk, struct blocks *blocks)
{
    return walk_fs(walk, blocks, TSK_FS_TYPE_FAT_DETECT);
}

int image_tsk_walk_exfat(struct image_walk *walk, struct blocks *blocks)
{
    return walk_fs(walk, blocks, TSK_FS_TYPE_EXFAT);
}

int image_tsk_walk_ntfs(struct image_walk *walk, struct blocks *blocks)
{
    return walk_fs(walk, blocks, TSK_FS_TYPE_NTFS);
}
