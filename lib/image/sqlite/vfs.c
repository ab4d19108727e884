/* What SQLite takes for a file system: one file, which nobody writes and nobody else reads. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "image/sqlite/sqlite.h"

/* "File format write version" and "read version" (fileformat2, 1.3): 2 is WAL, for which SQLite
 * would want shared memory. Without the log beside it, the file is read the same way as 1. */
#define VERSIONS_AT 18
#define VERSION_WAL 2
#define VERSION_LEGACY 1

struct vfs_file {
    sqlite3_file file; /* first: SQLite is given this */
    struct sqlite_vfs *vfs;
};

static int file_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static void hide_wal(uint8_t *data, size_t len, uint64_t offset)
{
    for (uint64_t at = VERSIONS_AT; at < VERSIONS_AT + 2; at++)
        if (at >= offset && at - offset < len && data[at - offset] == VERSION_WAL)
            data[at - offset] = VERSION_LEGACY;
}

static int file_read(sqlite3_file *file, void *data, int amount, sqlite3_int64 from)
{
    struct sqlite_vfs *vfs = ((struct vfs_file *)file)->vfs;
    uint64_t offset = (uint64_t)from, size = vfs->blocks->size;
    size_t len = (size_t)amount, have = 0;

    if (offset < size)
        have = len < size - offset ? len : (size_t)(size - offset);
    if (have) {
        int r = blocks_read(vfs->blocks, data, have, offset, &vfs->err);

        if (r < 0) {
            vfs->failed = r;
            return SQLITE_IOERR_READ;
        }
    }
    memset((uint8_t *)data + have, 0, len - have);
    hide_wal(data, have, offset);
    return offset + len <= vfs->size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *data, int amount, sqlite3_int64 offset)
{
    (void)file;
    (void)data;
    (void)amount;
    (void)offset;
    return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    (void)file;
    (void)size;
    return SQLITE_READONLY;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)((struct vfs_file *)file)->vfs->size;
    return SQLITE_OK;
}

/* Sync, lock and unlock: there is nothing to do. */
static int file_nothing(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static int file_reserved(sqlite3_file *file, int *ret)
{
    (void)file;
    *ret = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *data)
{
    (void)file;
    (void)op;
    (void)data;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int file_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 1, /* no shared memory, no mmap */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_nothing,
    .xFileSize = file_size,
    .xLock = file_nothing,
    .xUnlock = file_nothing,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                    int *ret_flags)
{
    struct vfs_file *opened = (struct vfs_file *)file;

    (void)name;
    opened->file.pMethods = NULL;
    if (!(flags & SQLITE_OPEN_MAIN_DB))
        return SQLITE_CANTOPEN;
    opened->file.pMethods = &file_methods;
    opened->vfs = vfs->pAppData;
    if (ret_flags)
        *ret_flags = SQLITE_OPEN_READONLY;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    (void)name;
    (void)sync;
    return SQLITE_READONLY;
}

/* No journal and no log stands beside it. */
static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    (void)vfs;
    (void)name;
    (void)flags;
    *ret = 0;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *ret)
{
    (void)vfs;
    return snprintf(ret, (size_t)size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* Chance is for names of temporary files, of which there are none. */
static int vfs_randomness(sqlite3_vfs *vfs, int len, char *ret)
{
    (void)vfs;
    memset(ret, 0, (size_t)len);
    return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, double *ret)
{
    (void)vfs;
    *ret = 0;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *ret)
{
    (void)vfs;
    (void)size;
    (void)ret;
    return 0;
}

int sqlite_vfs_register(struct sqlite_vfs *vfs, struct blocks *blocks, uint64_t size)
{
    *vfs = (struct sqlite_vfs){.blocks = blocks, .size = size};
    snprintf(vfs->name, sizeof(vfs->name), "assay-blocks-%p", (void *)vfs);
    vfs->vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = sizeof(struct vfs_file),
        .mxPathname = 64,
        .zName = vfs->name,
        .pAppData = vfs,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_last_error,
    };
    return sqlite3_vfs_register(&vfs->vfs, 0) == SQLITE_OK ? 0 : -ENOMEM;
}

void sqlite_vfs_unregister(struct sqlite_vfs *vfs)
{
    if (vfs->vfs.zName)
        sqlite3_vfs_unregister(&vfs->vfs);
}
