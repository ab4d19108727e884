/* The tree of an ext file system, its label, and all that is no file's content. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/ext/walk.h"
#include "image/format.h"

static int walk_dir(struct ext_walk *ext, ext2_ino_t dir, const char *path, unsigned depth);

/* One directory's entries: inode number, NUL-terminated name, and again. */
struct listing {
    struct assay_buf names;
    size_t n;
    int failed;
};

static int list_entry(ext2_ino_t dir, int which, struct ext2_dir_entry *dirent, int offset,
                      int blocksize, char *block, void *ctx)
{
    struct listing *listing = ctx;
    size_t len = (size_t)ext2fs_dirent_name_len(dirent);
    uint32_t ino = dirent->inode;

    (void)dir;
    (void)which;
    (void)offset;
    (void)blocksize;
    (void)block;
    len = strnlen(dirent->name, len);
    if (!len || (dirent->name[0] == '.' && (len == 1 || (len == 2 && dirent->name[1] == '.'))))
        return 0;
    listing->failed = assay_buf_append(&listing->names, &ino, sizeof(ino));
    if (listing->failed == 0)
        listing->failed = assay_buf_append(&listing->names, dirent->name, len);
    if (listing->failed == 0)
        listing->failed = assay_buf_append(&listing->names, "", 1);
    listing->n++;
    return listing->failed < 0 ? DIRENT_ABORT : 0;
}

static enum entry_type type_of(uint16_t mode)
{
    switch (mode & LINUX_S_IFMT) {
    case LINUX_S_IFDIR:
        return ENTRY_DIR;
    case LINUX_S_IFLNK:
        return ENTRY_SYMLINK;
    case LINUX_S_IFCHR:
    case LINUX_S_IFBLK:
        return ENTRY_DEVICE;
    case LINUX_S_IFIFO:
        return ENTRY_FIFO;
    case LINUX_S_IFSOCK:
        return ENTRY_SOCKET;
    default:
        return ENTRY_FILE;
    }
}

static void tell_wrong(struct ext_walk *ext, const char *path, const char *what)
{
    image_walk_unread(ext->walk, path, UNREAD_CORRUPT,
                      "the checksum of %s is wrong: it was read all the same", what);
}

/* Whether what failed is to be tried once more without regard to checksums, which then holds for
 * the rest of the inode at hand. */
static bool try_again(struct ext_walk *ext, errcode_t e, const char *path, const char *what)
{
    if (!ext_wrong_checksum(e) || (ext->fs->flags & EXT2_FLAG_IGNORE_CSUM_ERRORS))
        return false;
    ext->fs->flags |= EXT2_FLAG_IGNORE_CSUM_ERRORS;
    tell_wrong(ext, path, what);
    return true;
}

static int walk_symlink(struct ext_walk *ext, ext2_ino_t ino, const struct entry *from)
{
    struct ext2_inode *inode = (struct ext2_inode *)ext->inode;
    char target[4097] = "";
    struct entry copy = *from, *entry = &copy;
    struct ext_content content;
    struct assay_error err = {0};
    const uint8_t *data;
    uint64_t offset;
    size_t len;
    int r;

    entry->link = target;
    if (!(inode->i_flags & EXT4_INLINE_DATA_FL) && ext2fs_is_fast_symlink(inode)) {
        len = EXT2_I_SIZE(inode) < sizeof(inode->i_block) ? EXT2_I_SIZE(inode)
                                                          : sizeof(inode->i_block);
        memcpy(target, inode->i_block, len);
        return image_walk_entry(ext->walk, entry);
    }
    r = ext_content_open(ext->fs, ext->blocks, ino, inode, ext->piece, ext->walk->deadline,
                         &content);
    if (r == 0) {
        r = content.content.next(&content.content, &data, &len, &offset, &err);
        if (r > 0)
            memcpy(target, data, len < sizeof(target) - 1 ? len : sizeof(target) - 1);
        ext_content_close(&content);
    }
    r = image_walk_damage(ext->walk, entry->path, r < 0 ? r : 0, &err);
    return r < 0 ? r : image_walk_entry(ext->walk, entry);
}

static int walk_regular(struct ext_walk *ext, ext2_ino_t ino, struct entry *entry)
{
    struct ext2_inode *inode = (struct ext2_inode *)ext->inode;
    const char *before = NULL;
    struct ext_content content;
    int r = 0;

    if (inode->i_links_count > 1)
        r = ext_links_seen(ext, ino, entry->path, &before);
    if (r < 0 && r != -EFBIG) /* with too many to keep, it is read once more */
        return image_walk_damage(ext->walk, entry->path, r, NULL);
    if (before) {
        entry->type = ENTRY_HARDLINK;
        entry->link = before;
        return image_walk_entry(ext->walk, entry);
    }
    if (inode->i_flags & EXT4_ENCRYPT_FL)
        image_walk_unread(ext->walk, entry->path, UNREAD_ENCRYPTED, "the file is encrypted");
    r = ext_content_open(ext->fs, ext->blocks, ino, inode, ext->piece, ext->walk->deadline,
                         &content);
    if (r < 0)
        return image_walk_damage(ext->walk, entry->path, r, NULL);
    if (content.wrong)
        tell_wrong(ext, entry->path, "the map of its blocks");
    content.cover = &ext->cover;
    r = image_walk_file(ext->walk, entry, &content.content);
    ext_content_close(&content);
    return r;
}

static int read_xattrs_once(struct ext_walk *ext, ext2_ino_t ino, const char *path,
                            struct ext_xattrs *ret)
{
    errcode_t e = 0;
    int r = ext_xattrs_read(ext, ino, ret, &e);

    return try_again(ext, e, path, "its extended attributes") ? ext_xattrs_read(ext, ino, ret, &e)
                                                              : r;
}

static int read_xattrs(struct ext_walk *ext, ext2_ino_t ino, const char *path,
                       struct ext_xattrs *ret)
{
    struct assay_error err = {0};
    int r = 0;

    if (ext->inode->i_file_acl || EXT2_INODE_SIZE(ext->fs->super) > EXT2_GOOD_OLD_INODE_SIZE)
        r = read_xattrs_once(ext, ino, path, ret);
    if (r < 0)
        assay_error_set(&err, r, "its extended attributes cannot be read in full");
    return image_walk_damage(ext->walk, path, r, &err);
}

static int walk_typed(struct ext_walk *ext, ext2_ino_t ino, struct entry *entry)
{
    if (entry->type == ENTRY_FILE)
        return walk_regular(ext, ino, entry);
    if (entry->type == ENTRY_SYMLINK)
        return walk_symlink(ext, ino, entry);
    return image_walk_entry(ext->walk, entry);
}

static int walk_one(struct ext_walk *ext, ext2_ino_t ino, const char *path, unsigned depth)
{
    struct ext2_inode_large *inode = ext->inode;
    struct ext_xattrs xattrs = {0};
    struct entry entry = {.path = path};
    errcode_t e;
    int r;

    ext->fs->flags &= ~EXT2_FLAG_IGNORE_CSUM_ERRORS;
    do
        e = ext2fs_read_inode_full(ext->fs, ino, (struct ext2_inode *)inode, (int)ext->inode_size);
    while (try_again(ext, e, path, "its inode"));
    if (e) {
        image_walk_unread(ext->walk, path, UNREAD_CORRUPT, "inode %u cannot be read", ino);
        return 0;
    }
    entry.type = type_of(inode->i_mode);
    entry.mode = inode->i_mode & 07777;
    entry.uid = (int64_t)inode_uid(*inode);
    entry.gid = (int64_t)inode_gid(*inode);
    entry.size = (int64_t)EXT2_I_SIZE(inode);
    entry.mtime = (int32_t)inode->i_mtime;
    r = read_xattrs(ext, ino, path, &xattrs);
    entry.xattrs = xattrs.list;
    entry.n_xattrs = xattrs.n;
    if (r == 0)
        r = walk_typed(ext, ino, &entry);
    ext_xattrs_free(&xattrs);
    if (r == 0 && entry.type == ENTRY_DIR)
        r = walk_dir(ext, ino, depth ? path : "", depth + 1);
    return r;
}

static int by_name(const void *a, const void *b)
{
    const uint8_t *const *left = a, *const *right = b;

    return strcmp((const char *)*left + sizeof(uint32_t), (const char *)*right + sizeof(uint32_t));
}

/* Where the entries stand in the listing, in rising byte order of their names: the order of a NAR,
 * of which a hash can be computed as they come. malloc'd; NULL when memory ran out. */
static const uint8_t **sorted(const struct listing *listing)
{
    const uint8_t **entries = calloc(listing->n + 1, sizeof(*entries)), *at = listing->names.data;

    for (size_t i = 0; entries && i < listing->n; i++) {
        entries[i] = at;
        at += sizeof(uint32_t) + strlen((const char *)at + sizeof(uint32_t)) + 1;
    }
    if (entries)
        qsort(entries, listing->n, sizeof(*entries), by_name);
    return entries;
}

static int walk_listing(struct ext_walk *ext, const struct listing *listing, const char *path,
                        unsigned depth)
{
    _cleanup_free_ const uint8_t **entries = sorted(listing);
    int r = entries ? 0 : image_walk_damage(ext->walk, path, -ENOMEM, NULL);

    for (size_t i = 0; i < listing->n && r == 0; i++) {
        _cleanup_free_ char *child = NULL;
        uint32_t ino;

        memcpy(&ino, entries[i], sizeof(ino));
        if (asprintf(&child, "%s%s%s", path, *path ? "/" : "",
                     (const char *)entries[i] + sizeof(ino)) < 0) {
            child = NULL;
            return image_walk_damage(ext->walk, path, -ENOMEM, NULL);
        }
        if (ino == 0 || ino > ext->fs->super->s_inodes_count)
            image_walk_unread(ext->walk, child, UNREAD_CORRUPT, "points to no inode");
        else
            r = walk_one(ext, ino, child, depth);
    }
    return r;
}

static int walk_dir(struct ext_walk *ext, ext2_ino_t dir, const char *path, unsigned depth)
{
    struct listing listing = {.names = ASSAY_BUF(EXT_LISTING_MAX)};
    errcode_t e;
    int r = 0;

    if (ext2fs_test_inode_bitmap2(ext->seen, dir)) {
        image_walk_unread(ext->walk, path, UNREAD_CORRUPT, "a directory that is met twice");
        return 0;
    }
    ext2fs_mark_inode_bitmap2(ext->seen, dir);
    if (depth > EXT_DEPTH_MAX) {
        image_walk_unread(ext->walk, path, UNREAD_BUDGET, "more than %u directories deep",
                          EXT_DEPTH_MAX);
        return 0;
    }
    do {
        listing.names.len = 0;
        listing.n = 0;
        e = ext2fs_dir_iterate2(ext->fs, dir, 0, NULL, list_entry, &listing);
    } while (try_again(ext, e, path, "the directory"));
    if (listing.failed == -ENOMEM)
        r = image_walk_damage(ext->walk, path, -ENOMEM, NULL);
    else if (listing.failed == -EFBIG)
        image_walk_unread(ext->walk, path, UNREAD_BUDGET, "a directory too large to be listed");
    else if (e)
        image_walk_unread(ext->walk, path, UNREAD_CORRUPT, "the directory is damaged");
    if (r == 0)
        r = walk_listing(ext, &listing, path, depth);
    assay_buf_free(&listing.names);
    return r;
}

static int walk_label(struct ext_walk *ext)
{
    const struct ext2_super_block *super = ext->fs->super;
    char text[sizeof(super->s_volume_name) + sizeof(super->s_last_mounted) + 2];
    size_t len;

    snprintf(text, sizeof(text), "%.*s", (int)sizeof(super->s_volume_name),
             (const char *)super->s_volume_name);
    len = strlen(text);
    snprintf(text + len, sizeof(text) - len, "%s%.*s", super->s_last_mounted[0] ? "\n" : "",
             (int)sizeof(super->s_last_mounted), (const char *)super->s_last_mounted);
    len = strlen(text);
    return len ? image_walk_meta(ext->walk, "(volume label)", text, len) : 0;
}

/* Notes the blocks that are not in use: all where that cannot be told. */
static void find_unused(struct ext_walk *ext, struct image_cover *unused)
{
    errcode_t e;
    ext2_filsys fs = ext->fs;
    blk64_t at = fs->super->s_first_data_block, count = ext2fs_blocks_count(fs->super), start, end;

    fs->flags &= ~EXT2_FLAG_IGNORE_CSUM_ERRORS;
    if (count > ext->blocks->size / fs->blocksize) {
        count = 0;
    } else {
        do
            e = ext2fs_read_block_bitmap(fs);
        while (try_again(ext, e, NULL, "the block bitmap"));
        count = e ? 0 : count;
    }
    if (!count)
        image_cover_add(unused, 0, ext->blocks->size);
    else
        image_cover_add(unused, count * fs->blocksize, ext->blocks->size);
    while (at < count &&
           ext2fs_find_first_zero_block_bitmap2(fs->block_map, at, count - 1, &start) == 0) {
        if (ext2fs_find_first_set_block_bitmap2(fs->block_map, start, count - 1, &end))
            end = count;
        image_cover_add(unused, start * fs->blocksize, end * fs->blocksize);
        at = end;
    }
}

static int walk_rest(struct ext_walk *ext)
{
    struct image_cover unused = {0};
    int r;

    find_unused(ext, &unused);
    r = image_cover_both(&ext->cover, &unused, ext->walk, ext->blocks);
    image_cover_free(&unused);
    return r;
}

static int walk_all(struct ext_walk *ext)
{
    int r;

    ext->inode_size = EXT2_INODE_SIZE(ext->fs->super);
    if (ext->inode_size < sizeof(*ext->inode))
        ext->inode_size = sizeof(*ext->inode);
    ext->inode = calloc(1, ext->inode_size);
    ext->piece = malloc(IMAGE_PIECE);
    if (!ext->inode || !ext->piece ||
        ext2fs_allocate_inode_bitmap(ext->fs, "directories met", &ext->seen))
        return image_walk_damage(ext->walk, NULL, -ENOMEM, NULL);
    r = walk_label(ext);
    if (r == 0)
        r = walk_one(ext, EXT2_ROOT_INO, ".", 0);
    return r < 0 ? r : walk_rest(ext);
}

int image_ext_walk(struct image_walk *walk, struct blocks *blocks)
{
    struct ext_walk ext = {.walk = walk, .blocks = blocks};
    bool wrong = false;
    errcode_t e = ext_open(blocks, &ext.fs, &wrong);
    int r;

    if (e) {
        image_walk_unread(walk, NULL,
                          e == EXT2_ET_UNSUPP_FEATURE ? UNREAD_UNSUPPORTED : UNREAD_CORRUPT,
                          "the ext file system cannot be opened: %s", error_message(e));
        return image_walk_raw(walk, blocks, "(raw)", ENTRY_FREE, NULL);
    }
    if (ext2fs_blocks_count(ext.fs->super) * ext.fs->blocksize > blocks->size)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "the file system is larger than what holds it");
    if (wrong)
        tell_wrong(&ext, NULL, "the superblock");
    r = walk_all(&ext);
    if (ext.seen)
        ext2fs_free_inode_bitmap(ext.seen);
    ext_links_free(&ext);
    image_cover_free(&ext.cover);
    free(ext.inode);
    free(ext.piece);
    ext2fs_free(ext.fs);
    return r;
}
