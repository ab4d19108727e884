#include <assay/fs.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "image/walk.h"

/* Writes at `at`, but leaves a hole for zeros. */
static int spool_write(int fd, const uint8_t *data, size_t len, uint64_t at)
{
    if (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0)
        return 0;
    while (len) {
        ssize_t n = pwrite(fd, data, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

/* Returns the stream's error in *ret_damage, its own failure as the result. */
static int spool_fill(int fd, struct stream *in, int *ret_damage, struct assay_error *err)
{
    const uint8_t *data;
    uint64_t at = 0;
    size_t len;
    int r, w = 0;

    while ((r = in->next(in, &data, &len, err)) > 0 && w == 0) {
        w = spool_write(fd, data, len, at);
        at += len;
    }
    *ret_damage = r;
    if (w == 0 && ftruncate(fd, (off_t)at) < 0)
        w = -errno;
    return w;
}

int image_spool(struct image_walk *walk, struct stream *in, struct blocks **ret)
{
    struct assay_error err = {0};
    _cleanup_close_ int fd = -1;
    int r, damage = 0;

    *ret = NULL;
    if (!walk->host || !walk->host->open_spool) {
        image_walk_unread(walk, NULL, UNREAD_UNSUPPORTED,
                          "needs to be spooled, and there is nowhere to");
        return 0;
    }
    r = walk->host->open_spool(walk->host->ctx, &fd, &err);
    if (r == 0)
        r = spool_fill(fd, in, &damage, &err);
    if (r < 0) {
        image_walk_unread(walk, NULL, UNREAD_BUDGET, "cannot be spooled: %s",
                          err.code ? err.text : strerror(-r));
        return 0;
    }
    r = image_walk_damage(walk, NULL, damage, &err);
    if (r < 0)
        return r;
    r = blocks_file_new(fd, true, ret, &err);
    if (r < 0)
        return image_walk_damage(walk, NULL, r, &err);
    assay_take_fd(&fd);
    return 0;
}
