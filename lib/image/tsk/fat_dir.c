/* Entries of FAT directories that The Sleuth Kit leaves out. */
#include "image/tsk/walk.h"

#define ENTRY 32       /* bytes; Microsoft's FAT specification, "FAT Directory Structure" */
#define DELETED 0xe5   /* in the name's first byte; 0 there ends the directory */
#define ATTRIBUTES 11  /* where these are */
#define LONG_NAME 0x0f /* a part of the next entry's name */
#define ATTRIBUTE_BITS 63

/* The entries that are in use, as they stand in the directory. */
static size_t count_stored(TSK_FS_FILE *dir)
{
    uint8_t piece[ENTRY * 128];
    TSK_OFF_T at = 0;
    size_t count = 0;
    ssize_t n;

    while ((n = tsk_fs_file_read(dir, at, (char *)piece, sizeof(piece),
                                 TSK_FS_FILE_READ_FLAG_NONE)) >= ENTRY) {
        for (ssize_t i = 0; i + ENTRY <= n; i += ENTRY) {
            if (piece[i] == 0)
                return count;
            count += piece[i] != DELETED && (piece[i + ATTRIBUTES] & ATTRIBUTE_BITS) != LONG_NAME;
        }
        at += n;
    }
    return count;
}

static size_t count_shown(const TSK_FS_DIR *dir)
{
    size_t count = 0;

    for (size_t i = 0; i < tsk_fs_dir_getsize(dir); i++) {
        const TSK_FS_NAME *name = tsk_fs_dir_get_name(dir, i);

        count += name && (name->flags & TSK_FS_NAME_FLAG_ALLOC) &&
                 name->type != TSK_FS_NAME_TYPE_VIRT && name->type != TSK_FS_NAME_TYPE_VIRT_DIR;
    }
    return count;
}

size_t tsk_fat_left_out(const struct tsk_walk *tsk, const TSK_FS_DIR *dir)
{
    size_t stored, shown;

    if (!TSK_FS_TYPE_ISFAT(tsk->fs->ftype) || tsk->fs->ftype == TSK_FS_TYPE_EXFAT || !dir->fs_file)
        return 0;
    stored = count_stored(dir->fs_file);
    shown = count_shown(dir);
    return stored > shown ? stored - shown : 0;
}
