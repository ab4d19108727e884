#include "source/hash.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "source/filler.h"

#define BLOCK ((size_t)256 << 10)

struct source_hash {
    pthread_t thread;
    struct filler *filler;
    atomic_bool stop;
    int result;
    struct assay_error err;
    uint8_t block[BLOCK];
};

static void *hash_run(void *arg)
{
    struct source_hash *hash = arg;
    ssize_t n = 1;

    while (n > 0 && !atomic_load_explicit(&hash->stop, memory_order_relaxed))
        n = hash->filler->fill(hash->filler, hash->block, BLOCK, &hash->err);
    hash->result = n < 0 ? (int)n : 0;
    return NULL;
}

int source_hash_start(int fd, struct source_hash **ret)
{
    struct source_hash *hash = calloc(1, sizeof(*hash));
    int r = hash ? filler_file_new(fd, true, NULL, &hash->filler) : -ENOMEM;

    if (r == 0)
        r = -pthread_create(&hash->thread, NULL, hash_run, hash);
    if (r < 0) {
        if (hash)
            filler_close(hash->filler);
        free(hash);
        return r;
    }
    *ret = hash;
    return 0;
}

int source_hash_finish(struct source_hash *hash, char ret_sha256[ASSAY_SHA256_HEX],
                       uint64_t *ret_size, struct assay_error *err)
{
    int r;

    pthread_join(hash->thread, NULL);
    r = hash->result;
    if (r < 0 && err)
        *err = hash->err;
    if (r == 0)
        r = filler_file_digest(hash->filler, ret_sha256);
    if (r == 0)
        *ret_size = hash->filler->in;
    filler_close(hash->filler);
    free(hash);
    return r;
}

struct source_hash *source_hash_cancel(struct source_hash *hash)
{
    char sha256[ASSAY_SHA256_HEX];
    uint64_t size;

    if (hash) {
        atomic_store(&hash->stop, true);
        source_hash_finish(hash, sha256, &size, NULL);
    }
    return NULL;
}
