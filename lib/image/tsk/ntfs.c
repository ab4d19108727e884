/* What NTFS has in a file's records that The Sleuth Kit leaves out without a word: it passes over
 * attributes whose fields cannot be, and what follows them. The layout is that of "NTFS
 * Documentation" by Richard Russon and Yuval Fledel: FILE record, attributes, $ATTRIBUTE_LIST. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"
#include "image/tsk/walk.h"

#define RECORD_MAX 4096
#define LIST_MAX ((size_t)256 << 10) /* bytes that NTFS allows an $ATTRIBUTE_LIST */
#define LIST_ENTRY_MIN 26
#define ATTRIBUTE_MIN 24
#define ATTRIBUTES_END 0xffffffffu
#define NUMBER(reference) ((reference) & ((UINT64_C(1) << 48) - 1)) /* less the sequence number */

enum {
    TYPE_LIST = 0x20,
    TYPE_DATA = 0x80,
};

/* What the records of a file hold. */
struct held {
    size_t streams;
    bool list, damaged;
};

/* Puts back what stood at the end of each sector before it was written. */
static bool mend_sectors(uint8_t *record, size_t size)
{
    size_t at = image_le16(record + 4), n = image_le16(record + 6);

    if (n != size / 512 + 1 || at + 2 * n > size)
        return false;
    for (size_t i = 1; i < n; i++) {
        uint8_t *end = record + 512 * i - 2;

        if (memcmp(end, record + at, 2) != 0)
            return false;
        memcpy(end, record + at + 2 * i, 2);
    }
    return true;
}

/* A record's size stands in the boot sector at 64: in clusters, or as a negative power of two. */
static size_t record_size(struct tsk_walk *tsk)
{
    uint8_t boot[68];
    int8_t size;

    if (blocks_read(tsk->blocks, boot, sizeof(boot), 0, NULL) < 0)
        return 0;
    size = (int8_t)boot[64];
    if (size < 0)
        return size >= -12 ? (size_t)1 << -size : 0;
    return (size_t)size * tsk->fs->block_size;
}

/* Reads the record `inum`; returns its size, or 0 when it is not to be had or damaged. */
static size_t read_record(struct tsk_walk *tsk, TSK_INUM_T inum, uint8_t record[RECORD_MAX])
{
    size_t size = record_size(tsk);

    if (!tsk->mft)
        tsk->mft = tsk_fs_file_open_meta(tsk->fs, NULL, 0);
    if (!tsk->mft || size < 512 || size > RECORD_MAX || inum >= tsk->fs->last_inum ||
        tsk_fs_file_read(tsk->mft, (TSK_OFF_T)(inum * size), (char *)record, size,
                         TSK_FS_FILE_READ_FLAG_NONE) != (ssize_t)size)
        return 0;
    return memcmp(record, "FILE", 4) == 0 && mend_sectors(record, size) ? size : 0;
}

/* The attributes in a record. Of a stream in several pieces the first begins at 0. */
static void count_attributes(const uint8_t *record, size_t size, struct held *held)
{
    size_t at = image_le16(record + 20), used = image_le32(record + 24);

    if (used > size)
        held->damaged = true;
    while (!held->damaged) {
        uint32_t type = at + 4 <= used ? image_le32(record + at) : 0;
        uint32_t len;

        if (type == ATTRIBUTES_END)
            return;
        len = type && at + ATTRIBUTE_MIN <= used ? image_le32(record + at + 4) : 0;
        if (len < ATTRIBUTE_MIN || len % 8 || len > used - at) {
            held->damaged = true;
            return;
        }
        held->list |= type == TYPE_LIST;
        held->streams += type == TYPE_DATA && (!record[at + 8] || !image_le64(record + at + 16));
        at += len;
    }
}

/* A record that the list of the file `inum` names: one of another file would go in a circle. */
static void check_named(struct tsk_walk *tsk, TSK_INUM_T inum, TSK_INUM_T named, struct held *held)
{
    uint8_t record[RECORD_MAX];
    size_t size = read_record(tsk, named, record);
    struct held of = {0};

    if (size && (image_le16(record + 22) & 1) && NUMBER(image_le64(record + 32)) == inum)
        count_attributes(record, size, &of);
    else
        of.damaged = true;
    held->damaged |= of.damaged || of.list;
}

/* The list says what there is, in the first record as well. */
static void count_listed(struct tsk_walk *tsk, TSK_FS_FILE *file, struct held *held)
{
    const TSK_FS_ATTR *attr = tsk_fs_file_attr_get_type(file, TSK_FS_ATTR_TYPE_NTFS_ATTRLIST, 0, 0);
    size_t size =
        attr && attr->size > 0 && (uint64_t)attr->size <= LIST_MAX ? (size_t)attr->size : 0;
    _cleanup_free_ uint8_t *list = size ? malloc(size) : NULL;
    TSK_INUM_T last = file->meta->addr;

    held->streams = 0;
    held->damaged |= !list || tsk_fs_attr_read(attr, 0, (char *)list, size,
                                               TSK_FS_FILE_READ_FLAG_NONE) != (ssize_t)size;
    for (size_t at = 0, len; !held->damaged && at < size; at += len) {
        TSK_INUM_T named;

        len = size - at >= LIST_ENTRY_MIN ? image_le16(list + at + 4) : 0;
        if (len < LIST_ENTRY_MIN || len > size - at) {
            held->damaged = true;
            return;
        }
        held->streams += image_le32(list + at) == TYPE_DATA && !image_le64(list + at + 8);
        named = NUMBER(image_le64(list + at + 16));
        if (named != last && named != file->meta->addr)
            check_named(tsk, file->meta->addr, named, held);
        last = named;
    }
}

bool tsk_ntfs_check(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path, size_t shown)
{
    uint8_t record[RECORD_MAX];
    struct held held = {0};
    size_t size;

    if (file->meta->addr >= tsk->fs->last_inum) /* one that TSK makes up */
        return false;
    size = read_record(tsk, file->meta->addr, record);
    if (size)
        count_attributes(record, size, &held);
    else
        held.damaged = true;
    if (held.list)
        count_listed(tsk, file, &held);
    if (!held.damaged && held.streams <= shown)
        return false;
    image_walk_unread(tsk->walk, path, UNREAD_CORRUPT,
                      held.damaged
                          ? "its record is damaged: some of what it holds may be missing"
                          : "some of its streams are damaged: their place is not to be had");
    return true;
}

void tsk_ntfs_elsewhere(struct tsk_walk *tsk, TSK_FS_FILE *file, const char *path)
{
    /* Tags of [MS-FSCC], 2.1.2.1. */
    static const struct {
        uint32_t tag;
        const char *what;
    } rows[] = {
        {0x80000017, "compressed by Windows (WOF)"},
        {0x80000013, "stored by Windows' data deduplication"},
    };
    const TSK_FS_ATTR *attr = tsk_fs_file_attr_get_type(file, TSK_FS_ATTR_TYPE_NTFS_REPARSE, 0, 0);
    uint8_t tag[4];

    if (!attr || tsk_fs_attr_read(attr, 0, (char *)tag, sizeof(tag), TSK_FS_FILE_READ_FLAG_NONE) !=
                     (ssize_t)sizeof(tag))
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (image_le32(tag) == rows[i].tag)
            image_walk_unread(tsk->walk, path, UNREAD_UNSUPPORTED,
                              "its content is %s, which is not read here", rows[i].what);
}
