/* The folder in which the coordinator keeps for its workers what takes long to make. All of it can
 * be removed at any time. */
#ifndef ASSAY_AUDIT_CACHE_H
#define ASSAY_AUDIT_CACHE_H

#include <assay/error.h>

#define CACHE_FILES_MAX 24                    /* files kept in the folder, and */
#define CACHE_BYTES_MAX (UINT64_C(256) << 20) /* bytes; those used longest ago go first */
#define CACHE_TEMPORARY_SECONDS 3600          /* after which a temporary file is left over */

/* A file that is being written. Begins as CACHE_FILE_NONE. */
struct cache_file {
    int fd;
    char *temporary, *path;
};

#define CACHE_FILE_NONE ((struct cache_file){.fd = -1})

/* Opens what is kept under `name` for reading and notes that it is used. Names hold a-z, 0-9 and
 * "-" only. Returns 0 with a descriptor, -ENOENT, or another negative errno. `folder` may be NULL:
 * there is nothing then. */
int cache_open(const char *folder, const char *name, int *ret);

/* Begins a file, mode 0600; the folder is made when it is not there. */
int cache_create(const char *folder, const char *name, struct cache_file *ret);

/* Puts a file that was begun in its place, in one step, and removes what is too much. It need not
 * last through a power cut: readers check what they read. NONE is fine. */
int cache_keep(const char *folder, struct cache_file *file);

/* Removes a file that was begun, unless it was kept. NONE is fine. */
void cache_drop(struct cache_file *file);

#endif
