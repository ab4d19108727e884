#include "audit/verify.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <assay/cleanup.h>
#include <assay/digest.h>
#include <assay/encode.h>

#define PIECE (256u << 10) /* bytes read at once */

struct verify_digest {
    pthread_t thread;
    int fd;
    atomic_bool stop;
    int result;
    uint64_t size;
    char sha256[ASSAY_SHA256_HEX];
};

static int read_all(struct verify_digest *self)
{
    _cleanup_free_ uint8_t *piece = malloc(PIECE);
    _cleanup_digest_ struct assay_digest *digest = assay_digest_new(ASSAY_SHA256);
    uint8_t bytes[ASSAY_SHA256_SIZE];

    if (!piece || !digest)
        return -ENOMEM;
    for (;;) {
        ssize_t n = pread(self->fd, piece, PIECE, (off_t)self->size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        if (atomic_load(&self->stop))
            return -ECANCELED;
        self->size += (uint64_t)n;
        if (assay_digest_update(digest, piece, (size_t)n) < 0)
            return -EIO;
    }
    if (assay_digest_final(digest, bytes) < 0)
        return -EIO;
    assay_hex_encode(bytes, sizeof(bytes), self->sha256);
    return 0;
}

static void *run_thread(void *ctx)
{
    struct verify_digest *self = ctx;

    self->result = read_all(self);
    return NULL;
}

struct verify_digest *verify_digest_start(int fd)
{
    struct verify_digest *self = calloc(1, sizeof(*self));

    if (!self)
        return NULL;
    self->fd = fd;
    if (pthread_create(&self->thread, NULL, run_thread, self) != 0) {
        free(self);
        return NULL;
    }
    return self;
}

int verify_digest_end(struct verify_digest *self, bool cancel, char ret_sha256[65],
                      uint64_t *ret_size)
{
    int r;

    if (!self)
        return -ENOMEM;
    if (cancel)
        atomic_store(&self->stop, true);
    pthread_join(self->thread, NULL);
    r = self->result;
    if (r == 0) {
        memcpy(ret_sha256, self->sha256, sizeof(self->sha256));
        *ret_size = self->size;
    }
    free(self);
    return r;
}
