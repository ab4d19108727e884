#include <assay/fs.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

int assay_fs_read_file(const char *path, struct assay_buf *buf, struct assay_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return assay_error_set(err, errno, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return assay_error_set(err, EINVAL, "cannot read %s: it is not a regular file", path);
    for (;;) {
        size_t room = buf->max - buf->len < 65536 ? buf->max - buf->len : 65536;
        uint8_t past;
        ssize_t n;

        if (assay_buf_reserve(buf, room) < 0)
            return assay_error_set(err, ENOMEM, "cannot read %s: out of memory", path);
        n = read(fd, room ? buf->data + buf->len : &past, room ? room : 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return assay_error_set(err, errno, "cannot read %s: %s", path, strerror(errno));
        if (n == 0)
            return 0;
        if (!room)
            return assay_error_set(err, EFBIG, "%s is larger than the %zu bytes allowed", path,
                                   buf->max);
        buf->len += (size_t)n;
        buf->data[buf->len] = '\0';
    }
}

int assay_fs_write_all(int fd, const void *data, size_t len)
{
    const uint8_t *bytes = data;

    while (len) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static void parent_of(const char *path, char ret[PATH_MAX])
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        snprintf(ret, PATH_MAX, ".");
    else
        snprintf(ret, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

int assay_fs_sync_parent(const char *path)
{
    char parent[PATH_MAX];
    _cleanup_close_ int fd = -1;

    parent_of(path, parent);
    fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return -errno;
    return 0;
}

/* `finish` brings the file to its name: rename(2), or link(2), which replaces nothing. */
static int write_and_name(int fd, const char *temporary, const char *path, const void *data,
                          size_t len, mode_t mode, int (*finish)(const char *, const char *))
{
    int r = assay_fs_write_all(fd, data, len);

    if (r < 0)
        return r;
    if (fchmod(fd, mode) < 0 || fsync(fd) < 0 || finish(temporary, path) < 0)
        return -errno;
    return assay_fs_sync_parent(path);
}

static int write_file(const char *path, const void *data, size_t len, mode_t mode,
                      int (*finish)(const char *, const char *), struct assay_error *err)
{
    char temporary[PATH_MAX];
    _cleanup_close_ int fd = -1;
    int r;

    if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
        return assay_error_set(err, ENAMETOOLONG, "the path %s is too long", path);
    fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return assay_error_set(err, errno, "cannot write %s: %s", path, strerror(errno));
    r = write_and_name(fd, temporary, path, data, len, mode, finish);
    if (r < 0 || finish == link)
        unlink(temporary);
    return r < 0 ? assay_error_set(err, r, "cannot write %s: %s", path, strerror(-r)) : 0;
}

int assay_fs_write_file(const char *path, const void *data, size_t len, mode_t mode,
                        struct assay_error *err)
{
    return write_file(path, data, len, mode, rename, err);
}

int assay_fs_write_new(const char *path, const void *data, size_t len, mode_t mode,
                       struct assay_error *err)
{
    return write_file(path, data, len, mode, link, err);
}

int assay_fs_make_dirs(const char *path, mode_t mode, struct assay_error *err)
{
    char partial[PATH_MAX];
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof(partial))
        return assay_error_set(err, ENAMETOOLONG, "cannot make the folder '%s': bad length", path);
    memcpy(partial, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (partial[i] != '/' && partial[i] != '\0')
            continue;
        partial[i] = '\0';
        if (mkdir(partial, mode) < 0 && errno != EEXIST)
            return assay_error_set(err, errno, "cannot make the folder %s: %s", partial,
                                   strerror(errno));
        if (i < len)
            partial[i] = '/';
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int assay_fs_remove_tree(const char *path, struct assay_error *err)
{
    if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT)
        return 0;
    return assay_error_set(err, errno, "cannot remove %s: %s", path, strerror(errno));
}

/* The way that works between any two files: through memory. */
static int copy_by_reading(int from, int to, off_t offset)
{
    const size_t block = 1 << 20;
    _cleanup_free_ uint8_t *data = malloc(block);

    if (!data)
        return -ENOMEM;
    for (;;) {
        ssize_t n = pread(from, data, block, offset);
        int r;

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        r = assay_fs_write_all(to, data, (size_t)n);
        if (r < 0)
            return r;
        offset += n;
    }
}

int assay_fs_copy(int from, int to)
{
    off_t offset = 0;

    for (;;) {
        ssize_t n = copy_file_range(from, &offset, to, NULL, 1 << 30, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
            return copy_by_reading(from, to, offset);
        if (n <= 0)
            return n < 0 ? -errno : 0;
    }
}
