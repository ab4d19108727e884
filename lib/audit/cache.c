#include "audit/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <assay/cleanup.h>
#include <assay/fs.h>

#include "scan/store.h"

#define TEMPORARY ".tmp-" /* stands in the names of temporary files, and in no other */
#define LISTED_MAX 4096   /* files looked at */

static bool is_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len < SCAN_STORE_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

int cache_open(const char *folder, const char *name, int *ret)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int fd = -1;
    struct stat st;

    if (!folder || !is_name(name))
        return -ENOENT;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return -ENOMEM;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return -ENOENT;
    futimens(fd, times);
    *ret = assay_take_fd(&fd);
    return 0;
}

int cache_create(const char *folder, const char *name, struct cache_file *ret)
{
    struct cache_file file = CACHE_FILE_NONE;
    struct assay_error err;

    if (!folder || !is_name(name))
        return -EINVAL;
    if (assay_fs_make_dirs(folder, 0700, &err) < 0)
        return -EACCES;
    if (asprintf(&file.path, "%s/%s", folder, name) < 0)
        file.path = NULL;
    if (asprintf(&file.temporary, "%s/" TEMPORARY "XXXXXX", folder) < 0)
        file.temporary = NULL;
    if (file.path && file.temporary)
        file.fd = mkostemp(file.temporary, O_CLOEXEC);
    if (file.fd < 0) {
        int r = file.path && file.temporary ? -errno : -ENOMEM;

        free(file.path);
        free(file.temporary);
        return r;
    }
    *ret = file;
    return 0;
}

/* A file of the folder. */
struct kept {
    char *path;
    struct timespec used;
    uint64_t size;
};

static int newest_first(const void *a, const void *b)
{
    const struct timespec *x = &((const struct kept *)a)->used,
                          *y = &((const struct kept *)b)->used;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec > y->tv_sec ? -1 : 1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* Lists what is kept, and removes what a crash left half written. */
static size_t list(DIR *dir, const char *folder, struct kept *ret)
{
    time_t now = time(NULL);
    struct dirent *entry;
    size_t n = 0;

    while (n < LISTED_MAX && (entry = readdir(dir))) {
        bool temporary = strncmp(entry->d_name, TEMPORARY, strlen(TEMPORARY)) == 0;
        struct stat st;

        if ((!temporary && !is_name(entry->d_name)) ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (temporary && now - st.st_mtim.tv_sec > CACHE_TEMPORARY_SECONDS)
            unlinkat(dirfd(dir), entry->d_name, 0);
        if (temporary || asprintf(&ret[n].path, "%s/%s", folder, entry->d_name) < 0)
            continue;
        ret[n].used = st.st_mtim;
        ret[n++].size = (uint64_t)st.st_size;
    }
    return n;
}

static void trim(const char *folder)
{
    struct kept *files = calloc(LISTED_MAX, sizeof(*files));
    DIR *dir = files ? opendir(folder) : NULL;
    size_t n = dir ? list(dir, folder, files) : 0;
    uint64_t bytes = 0;

    if (n)
        qsort(files, n, sizeof(*files), newest_first);
    for (size_t i = 0; i < n; i++) {
        bytes += files[i].size;
        if (i >= CACHE_FILES_MAX || bytes > CACHE_BYTES_MAX)
            unlink(files[i].path);
        free(files[i].path);
    }
    if (dir)
        closedir(dir);
    free(files);
}

int cache_keep(const char *folder, struct cache_file *file)
{
    int r = 0;

    if (file->fd < 0)
        return 0;
    if (rename(file->temporary, file->path) < 0)
        r = -errno;
    else
        trim(folder);
    cache_drop(file);
    return r;
}

void cache_drop(struct cache_file *file)
{
    if (file->fd < 0)
        return;
    unlink(file->temporary); /* not there any more where it was kept */
    close(file->fd);
    free(file->temporary);
    free(file->path);
    *file = CACHE_FILE_NONE;
}
