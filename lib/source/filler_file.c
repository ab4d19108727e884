#include "source/filler.h"

#include <assay/encode.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct filler_file {
    struct filler filler;
    int fd;
    _Atomic uint64_t *read;
    struct assay_digest *digest;
};

static ssize_t file_fill(struct filler *filler, uint8_t *data, size_t cap, struct assay_error *err)
{
    struct filler_file *file = (struct filler_file *)filler;
    ssize_t n;

    do
        n = pread(file->fd, data, cap, (off_t)filler->in);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return assay_error_set(err, errno, "the artifact cannot be read at byte %llu: %s",
                               (unsigned long long)filler->in, strerror(errno));
    if (file->digest && assay_digest_update(file->digest, data, (size_t)n) < 0)
        return assay_error_set(err, EIO, "libcrypto failed to compute SHA-256");
    filler->in += (uint64_t)n;
    if (file->read)
        atomic_store_explicit(file->read, filler->in, memory_order_relaxed);
    return n;
}

static void file_close(struct filler *filler)
{
    struct filler_file *file = (struct filler_file *)filler;

    assay_digest_free(file->digest);
    free(file);
}

int filler_file_new(int fd, bool hash, _Atomic uint64_t *read, struct filler **ret)
{
    struct filler_file *file = calloc(1, sizeof(*file));

    if (!file)
        return -ENOMEM;
    file->filler = (struct filler){.fill = file_fill, .close = file_close};
    file->fd = fd;
    file->read = read;
    file->digest = hash ? assay_digest_new(ASSAY_SHA256) : NULL;
    if (hash && !file->digest) {
        free(file);
        return -ENOMEM;
    }
    *ret = &file->filler;
    return 0;
}

int filler_file_digest(struct filler *filler, char ret_sha256[ASSAY_SHA256_HEX])
{
    struct filler_file *file = (struct filler_file *)filler;
    uint8_t digest[ASSAY_SHA256_SIZE];

    if (assay_digest_final(file->digest, digest) < 0)
        return -EIO;
    assay_hex_encode(digest, sizeof(digest), ret_sha256);
    return 0;
}
