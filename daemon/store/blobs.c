#include "store/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/cleanup.h>
#include <assay/digest.h>
#include <assay/fs.h>

struct blobs {
    pthread_mutex_t lock; /* of the folder incoming/: two builds may have the same bytes */
    char dir[PATH_MAX - 512];
};

int blobs_open(const char *dir, struct blobs **ret, struct assay_error *err)
{
    struct blobs *blobs = calloc(1, sizeof(*blobs));
    char path[PATH_MAX];
    int r;

    if (!blobs)
        return assay_error_set(err, ENOMEM, "cannot open %s: out of memory", dir);
    pthread_mutex_init(&blobs->lock, NULL);
    snprintf(blobs->dir, sizeof(blobs->dir), "%s", dir);
    snprintf(path, sizeof(path), "%s/sha256", blobs->dir);
    r = assay_fs_make_dirs(path, 0700, err);
    /* What a crash left half taken in is of no use to anybody. */
    snprintf(path, sizeof(path), "%s/incoming", blobs->dir);
    if (r == 0)
        r = assay_fs_remove_tree(path, err);
    if (r == 0)
        r = assay_fs_make_dirs(path, 0700, err);
    if (r < 0) {
        blobs_close(blobs);
        return r;
    }
    *ret = blobs;
    return 0;
}

struct blobs *blobs_close(struct blobs *blobs)
{
    if (blobs)
        pthread_mutex_destroy(&blobs->lock);
    free(blobs);
    return NULL;
}

static bool is_digest(const char *text)
{
    return strlen(text) == ASSAY_SHA256_HEX - 1 && strspn(text, "0123456789abcdef") == 64;
}

/* One path component of letters, digits, '.' and '-', so that no caller can leave the folder. */
static bool is_name(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len < 100 && text[0] != '.' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == len;
}

static int blob_path(const struct blobs *blobs, const char *sha256, char ret[PATH_MAX],
                     struct assay_error *err)
{
    if (!is_digest(sha256))
        return assay_error_set(err, ENOENT, "there is no such artifact");
    snprintf(ret, PATH_MAX, "%s/sha256/%.2s/%s/artifact", blobs->dir, sha256, sha256);
    return 0;
}

static int evidence_path(const struct blobs *blobs, const char *sha256, const char *version,
                         const char *kind, char ret[PATH_MAX], struct assay_error *err)
{
    if (!is_digest(sha256) || !is_name(version) || !is_name(kind))
        return assay_error_set(err, ENOENT, "there is no such evidence");
    snprintf(ret, PATH_MAX, "%s/sha256/%.2s/%s/%s.%s", blobs->dir, sha256, sha256, version, kind);
    return 0;
}

/* The artifact's folder, and its and its parents' entries on disk. */
static int make_folder(const struct blobs *blobs, const char *sha256, struct assay_error *err)
{
    char path[PATH_MAX];
    int r;

    snprintf(path, sizeof(path), "%s/sha256/%.2s/%s", blobs->dir, sha256, sha256);
    r = assay_fs_make_dirs(path, 0700, err);
    for (int up = 0; r == 0 && up < 2; up++) {
        r = assay_fs_sync_parent(path);
        *strrchr(path, '/') = '\0';
        if (r < 0)
            return assay_error_set(err, r, "cannot write to %s: %s", path, strerror(-r));
    }
    return r;
}

static int check_digest(int fd, const char *path, const char *sha256, struct assay_error *err)
{
    char found[ASSAY_SHA256_HEX];
    uint64_t size;
    int r = assay_digest_file(fd, found, NULL, &size, err);

    if (r < 0)
        return assay_error_prefix(err, "cannot read %s back", path);
    if (strcmp(found, sha256) != 0)
        return assay_error_set(err, EBADMSG,
                               "%s has the SHA-256 %s where %s was expected; the disk or the "
                               "memory of this machine is at fault, or the file was changed",
                               path, found, sha256);
    return 0;
}

/* 1: there and sound; 0: not there, or it was not sound and has been removed. */
static int is_there(const char *path, const char *sha256, struct assay_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int r;

    if (fd < 0)
        return errno == ENOENT
                   ? 0
                   : assay_error_set(err, errno, "cannot open %s: %s", path, strerror(errno));
    r = check_digest(fd, path, sha256, err);
    if (r == 0)
        return 1;
    if (r != -EBADMSG)
        return r;
    return unlink(path) < 0 ? assay_error_set(err, errno, "cannot remove the damaged %s: %s", path,
                                              strerror(errno))
                            : 0;
}

/* Brings `from` to the name `temporary`, on the blobs' file system, and gives it open. A file with
 * a further hard link could be changed under its other name, and one of another owner (a builder
 * that ran as root by sudo) by that one: these are copied. */
static int bring(const char *from, const char *temporary, int *ret_fd)
{
    _cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), out = -1;
    struct stat st;
    int r;

    if (in < 0 || fstat(in, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    if (st.st_nlink == 1 && st.st_uid == geteuid() && rename(from, temporary) == 0) {
        if (fchmod(in, 0444) < 0 || fsync(in) < 0)
            return -errno;
        *ret_fd = assay_take_fd(&in);
        return 0;
    }
    out = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (out < 0)
        return -errno;
    r = assay_fs_copy(in, out);
    if (r == 0 && fsync(out) < 0)
        r = -errno;
    if (r == 0)
        *ret_fd = assay_take_fd(&out);
    return r;
}

static int put_locked(struct blobs *blobs, const char *path, const char *sha256,
                      struct assay_error *err)
{
    char final[PATH_MAX], temporary[PATH_MAX];
    _cleanup_close_ int fd = -1;
    int r = blob_path(blobs, sha256, final, err);

    if (r == 0)
        r = is_there(final, sha256, err);
    if (r != 0)
        return r < 0 ? r : 0;
    r = make_folder(blobs, sha256, err);
    if (r < 0)
        return r;
    snprintf(temporary, sizeof(temporary), "%s/incoming/%s", blobs->dir, sha256);
    r = bring(path, temporary, &fd);
    if (r < 0)
        assay_error_set(err, r, "cannot take %s into %s: %s%s", path, blobs->dir, strerror(-r),
                        r == -ENOSPC ? "; make room on the disk of state_dir" : "");
    if (r == 0)
        r = check_digest(fd, temporary, sha256, err);
    if (r == 0 && (rename(temporary, final) < 0 || (r = assay_fs_sync_parent(final)) < 0))
        r = assay_error_set(err, r < 0 ? r : errno, "cannot write %s: %s", final, strerror(errno));
    if (r < 0)
        unlink(temporary);
    return r;
}

int blobs_put(struct blobs *blobs, const char *path, const char *sha256, struct assay_error *err)
{
    int r;

    pthread_mutex_lock(&blobs->lock);
    r = put_locked(blobs, path, sha256, err);
    pthread_mutex_unlock(&blobs->lock);
    return r;
}

int blobs_put_evidence(struct blobs *blobs, const char *sha256, const char *version,
                       const char *kind, const void *data, size_t len, struct assay_error *err)
{
    char path[PATH_MAX];
    int r = evidence_path(blobs, sha256, version, kind, path, err);

    if (r == 0)
        r = make_folder(blobs, sha256, err);
    return r < 0 ? r : assay_fs_write_file(path, data, len, 0444, err);
}

static int open_path(const char *path, int *ret_fd, uint64_t *ret_size, struct assay_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return assay_error_set(err, errno, "cannot open %s: %s", path, strerror(errno));
    *ret_size = (uint64_t)st.st_size;
    *ret_fd = assay_take_fd(&fd);
    return 0;
}

int blobs_get(struct blobs *blobs, const char *sha256, int *ret_fd, uint64_t *ret_size,
              struct assay_error *err)
{
    char path[PATH_MAX];
    int r = blob_path(blobs, sha256, path, err);

    return r < 0 ? r : open_path(path, ret_fd, ret_size, err);
}

int blobs_get_evidence(struct blobs *blobs, const char *sha256, const char *version,
                       const char *kind, int *ret_fd, uint64_t *ret_size, struct assay_error *err)
{
    char path[PATH_MAX];
    int r = evidence_path(blobs, sha256, version, kind, path, err);

    return r < 0 ? r : open_path(path, ret_fd, ret_size, err);
}

/* ---- removing what nobody wants ---- */

static int drop_locked(struct blobs *blobs, struct store *store, const char *sha256, int64_t except,
                       struct assay_error *err)
{
    char path[PATH_MAX];
    int r = blob_path(blobs, sha256, path, err);

    if (r < 0)
        return r;
    *strrchr(path, '/') = '\0';
    if (access(path, F_OK) < 0)
        return 0;
    r = store_artifact_wanted(store, sha256, except, err);
    if (r != 0)
        return r < 0 ? r : 0;
    r = assay_fs_remove_tree(path, err);
    return r < 0 ? r : 1;
}

int blobs_drop(struct blobs *blobs, struct store *store, const char *sha256, int64_t except,
               struct assay_error *err)
{
    int r;

    pthread_mutex_lock(&blobs->lock);
    r = drop_locked(blobs, store, sha256, except, err);
    pthread_mutex_unlock(&blobs->lock);
    return r;
}

/* As assay_fs_write_file() names them: the name of evidence, a dot and six letters or digits. */
static bool is_temporary(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && (strstr(name, ".minisig.") || strstr(name, ".json.")) && strlen(dot + 1) == 6;
}

/* Calls `visit` for each entry of a folder; each adds to *ret what it removed. */
static int for_each(struct blobs *blobs, struct store *store, const char *folder, int *ret,
                    int (*visit)(struct blobs *, struct store *, const char *path, int *ret,
                                 struct assay_error *err),
                    struct assay_error *err)
{
    const struct dirent *entry;
    DIR *dir = opendir(folder);
    int r = 0;

    if (!dir)
        return errno == ENOTDIR ? 0
                                : assay_error_set(err, errno, "cannot look into %s: %s", folder,
                                                  strerror(errno));
    while ((entry = readdir(dir))) {
        char path[PATH_MAX];
        int failed;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        failed = visit(blobs, store, path, ret, err);
        r = failed < 0 ? failed : r;
    }
    closedir(dir);
    return r;
}

static int sweep_file(struct blobs *blobs, struct store *store, const char *path, int *ret,
                      struct assay_error *err)
{
    (void)blobs;
    (void)store;
    if (!is_temporary(strrchr(path, '/') + 1))
        return 0;
    if (unlink(path) < 0)
        return assay_error_set(err, errno, "cannot remove %s: %s", path, strerror(errno));
    ++*ret;
    return 0;
}

static int sweep_artifact(struct blobs *blobs, struct store *store, const char *path, int *ret,
                          struct assay_error *err)
{
    const char *sha256 = strrchr(path, '/') + 1;
    int r = is_digest(sha256) ? blobs_drop(blobs, store, sha256, 0, err) : 0;

    if (r == 0)
        return for_each(blobs, store, path, ret, sweep_file, err);
    *ret += r == 1;
    return r < 0 ? r : 0;
}

static int sweep_prefix(struct blobs *blobs, struct store *store, const char *path, int *ret,
                        struct assay_error *err)
{
    return for_each(blobs, store, path, ret, sweep_artifact, err);
}

int blobs_sweep(struct blobs *blobs, struct store *store, int *ret, struct assay_error *err)
{
    char path[PATH_MAX];

    *ret = 0;
    snprintf(path, sizeof(path), "%s/sha256", blobs->dir);
    return for_each(blobs, store, path, ret, sweep_prefix, err);
}
