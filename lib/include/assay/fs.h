/* Files: bounded reads, writes that are whole or not there, trees. */
#ifndef ASSAY_FS_H
#define ASSAY_FS_H

#include <assay/buf.h>
#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads the whole regular file `path` into `buf` (its maximum is the bound). Errors name the
 * path: -ENOENT and the other errnos of open(2) and read(2), -EFBIG over the maximum. */
int assay_fs_read_file(const char *path, struct assay_buf *buf, struct assay_error *err);

/* Writes a file so that it is there whole or not at all: temporary name beside it, fsync, rename,
 * fsync of the directory. `mode` is the file's mode. */
int assay_fs_write_file(const char *path, const void *data, size_t len, mode_t mode,
                        struct assay_error *err);

/* The same for a file that must not be there yet: of several writers at a time one succeeds, the
 * others get -EEXIST and find the whole file. */
int assay_fs_write_new(const char *path, const void *data, size_t len, mode_t mode,
                       struct assay_error *err);

/* Writes all `len` bytes to `fd`. Returns 0 or a negative errno. */
int assay_fs_write_all(int fd, const void *data, size_t len);

/* Makes the folder `path` and those above it that are missing, with `mode`. */
int assay_fs_make_dirs(const char *path, mode_t mode, struct assay_error *err);

/* Removes `path` and all below it; links are removed, not followed, and other file systems mounted
 * below are not entered. Nothing there is no error. */
int assay_fs_remove_tree(const char *path, struct assay_error *err);

/* Copies all of `from` (from offset 0) to the end of `to`, sharing blocks where the file system
 * can. Returns 0 or a negative errno (-ENOSPC on a full disk). */
int assay_fs_copy(int from, int to);

/* fsync of the folder that holds `path`, so that a rename in it lasts. */
int assay_fs_sync_parent(const char *path);

#endif
