/* The walk over one FAT, exFAT or NTFS file system. */
#ifndef ASSAY_IMAGE_TSK_WALK_H
#define ASSAY_IMAGE_TSK_WALK_H

#include "image/tsk/content.h"

#define TSK_DIRS_MAX ((size_t)1 << 22)
#define TSK_WALK_LABEL " (Volume Label Entry)" /* TSK appends this to the name of a FAT label */

struct tsk_walk {
    struct image_walk *walk;
    struct blocks *blocks;
    TSK_FS_INFO *fs;
    uint8_t *piece;
    TSK_INUM_T *seen; /* directories that were met: hash table, 0 is a free slot */
    size_t n_seen, cap_seen;
    struct image_cover cover; /* content of files */
    TSK_FS_FILE *mft;         /* of NTFS: $MFT, once it was asked for */
    bool deleted;             /* in a deleted directory */
    uint64_t recovered;       /* bytes read of deleted files */
};

/* dirs.c: notes a directory. Returns 1 when it was met before, 0, -ENOMEM, or -EFBIG for more than
 * TSK_DIRS_MAX. */
int tsk_dirs_seen(struct tsk_walk *tsk, TSK_INUM_T inum);

/* fs.c: the entries of a directory that has been announced. Of a deleted one (tsk->deleted) no
 * damage is reported. */
int tsk_fs_walk_dir(struct tsk_walk *tsk, TSK_INUM_T inum, const char *path, unsigned depth);

/* deleted.c: a deleted file or directory `path`, read where no block of it is in use. What all of
 * them make is no more than the file system: names may be many that claim the same free space, and
 * the space itself is read anyway. */
int tsk_deleted_walk(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path, unsigned depth);

/* deleted.c: the files in NTFS's table of files that no directory shows. */
int tsk_deleted_orphans(struct tsk_walk *tsk);

/* fat_dir.c: how many entries that are in use in a directory of FAT or exFAT are not in
 * TSK's list `dir` of it: TSK takes one whose size or first cluster cannot be for no entry, but
 * others read it as far as it goes. */
size_t tsk_fat_left_out(const struct tsk_walk *tsk, const TSK_FS_DIR *dir);

/* ntfs.c: reports a file or directory of NTFS whose record is damaged, or has more streams than the
 * `shown` ones of TSK. Returns whether there was something to report. */
bool tsk_ntfs_check(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path, size_t shown);

/* ntfs.c: reports a file of NTFS whose content stands in a form that only Windows reads, and which
 * shows nothing but zeros. */
void tsk_ntfs_elsewhere(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path);

/* unused.c: notes the space that is not in use, as far as `tsk->cover` leaves it open. */
void tsk_unused_find(struct tsk_walk *tsk, struct image_cover *ret);

#endif
