/* Entries of FAT and exFAT directories that The Sleuth Kit leaves out. */
#include <string.h>

#include "image/tsk/walk.h"

#define ENTRY 32       /* bytes; Microsoft's FAT specification, "FAT Directory Structure" */
#define DELETED 0xe5   /* in the name's first byte; 0 there ends the directory */
#define ATTRIBUTES 11  /* where these are */
#define LONG_NAME 0x0f /* a part of the next entry's name */
#define ATTRIBUTE_BITS 63
#define EXFAT_FILE 0x85 /* exFAT specification, 6.2.1 and 7.4: a file's first entry, in use */

static bool is_file(const uint8_t *entry, bool exfat)
{
    if (exfat)
        return entry[0] == EXFAT_FILE;
    return entry[0] != DELETED && (entry[ATTRIBUTES] & ATTRIBUTE_BITS) != LONG_NAME;
}

/* The entries that are in use, as they stand in the directory. */
static size_t count_stored(TSK_FS_FILE *dir, bool exfat)
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
            count += is_file(piece + i, exfat);
        }
        at += n;
    }
    return count;
}

/* What TSK shows of exFAT's own structures in the root directory, under names that it makes up. */
static bool is_made_up(const char *name)
{
    static const char *const names[] = {"$ALLOC_BITMAP", "$UPCASE_TABLE", "$VOLUME_GUID",
                                        "$TEX_FAT",      "$ACT",          TSK_WALK_LABEL};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strstr(name, names[i]))
            return true;
    return false;
}

static size_t count_shown(const TSK_FS_DIR *dir, bool exfat)
{
    size_t count = 0;

    for (size_t i = 0; i < tsk_fs_dir_getsize(dir); i++) {
        const TSK_FS_NAME *name = tsk_fs_dir_get_name(dir, i);

        count += name && (name->flags & TSK_FS_NAME_FLAG_ALLOC) &&
                 name->type != TSK_FS_NAME_TYPE_VIRT && name->type != TSK_FS_NAME_TYPE_VIRT_DIR &&
                 !(exfat && (!name->name || is_made_up(name->name) ||
                             strcmp(name->name, ".") == 0 || strcmp(name->name, "..") == 0));
    }
    return count;
}

size_t tsk_fat_left_out(const struct tsk_walk *tsk, const TSK_FS_DIR *dir)
{
    bool exfat = tsk->fs->ftype == TSK_FS_TYPE_EXFAT;
    size_t stored, shown;

    if (!TSK_FS_TYPE_ISFAT(tsk->fs->ftype) || !dir->fs_file)
        return 0;
    stored = count_stored(dir->fs_file, exfat);
    shown = count_shown(dir, exfat);
    return stored > shown ? stored - shown : 0;
}
