/* Blocks over NBD. */
#include "source/blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/nbd_cache.h"

struct blocks_nbd {
    struct blocks blocks;
    struct nbd_handle *nbd;
    struct nbd_cache *cache; /* owns `nbd` */
    bool status;             /* the server tells where its holes are */
    uint64_t extent_start, extent_end;
    bool extent_hole;
};

static int nbd_blocks_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                           struct assay_error *err)
{
    return nbd_cache_read(((struct blocks_nbd *)blocks)->cache, data, len, offset, err);
}

struct extents {
    uint64_t start, end;
    bool hole, any;
};

/* Takes in the extents as long as they are all holes, or all data. */
static int take_extents(void *ctx, const char *metacontext, uint64_t offset, uint32_t *entries,
                        size_t n_entries, int *error)
{
    struct extents *found = ctx;

    (void)metacontext;
    (void)error;
    if (!found->any)
        found->start = found->end = offset;
    for (size_t i = 0; i + 1 < n_entries; i += 2) {
        bool hole = entries[i + 1] & LIBNBD_STATE_ZERO;

        if (found->any && hole != found->hole)
            break;
        found->any = true;
        found->hole = hole;
        found->end += entries[i];
    }
    return 0;
}

/* Asks whether there is a hole at `offset`, and where it ends, or the data does. */
static bool ask_status(struct blocks_nbd *self, uint64_t offset)
{
    const uint64_t most = UINT64_C(1) << 31;
    uint64_t left = self->blocks.size - offset;
    struct extents found = {0};
    int r;

    nbd_cache_lock(self->cache);
    r = nbd_block_status(self->nbd, left < most ? left : most, offset,
                         (nbd_extent_callback){.callback = take_extents, .user_data = &found}, 0);
    nbd_cache_unlock(self->cache);
    if (r < 0 || found.end <= offset)
        return false;
    self->extent_start = offset;
    self->extent_end = found.end < self->blocks.size ? found.end : self->blocks.size;
    self->extent_hole = found.hole;
    return true;
}

static int nbd_blocks_data(struct blocks *blocks, uint64_t offset, uint64_t *ret_start,
                           uint64_t *ret_end)
{
    struct blocks_nbd *self = (struct blocks_nbd *)blocks;

    while (self->status && offset < blocks->size) {
        if (offset < self->extent_start || offset >= self->extent_end)
            self->status = ask_status(self, offset);
        if (!self->status)
            break;
        if (!self->extent_hole) {
            *ret_start = offset;
            *ret_end = self->extent_end;
            return 0;
        }
        offset = self->extent_end;
    }
    *ret_start = offset;
    *ret_end = blocks->size;
    return 0;
}

static void nbd_blocks_close(struct blocks *blocks)
{
    struct blocks_nbd *self = (struct blocks_nbd *)blocks;

    nbd_cache_free(self->cache);
    free(self);
}

static int nbd_blocks_connect(struct blocks_nbd *self, int socket, struct assay_error *err)
{
    int64_t size;
    int r;

    self->nbd = nbd_create();
    if (!self->nbd) {
        close(socket);
        return assay_error_set(err, ENOMEM, "libnbd: %s", nbd_get_error());
    }
    nbd_add_meta_context(self->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION);
    if (nbd_connect_socket(self->nbd, socket) < 0 || (size = nbd_get_size(self->nbd)) < 0) {
        r = assay_error_set(err, ECONNREFUSED, "the virtual disk cannot be opened: %s",
                            nbd_get_error());
        nbd_close(self->nbd);
        return r;
    }
    self->blocks.size = (uint64_t)size;
    self->status = nbd_can_meta_context(self->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) > 0;
    r = nbd_cache_new(self->nbd, self->blocks.size, &self->cache);
    return r < 0 ? assay_error_set(err, r, "the virtual disk cannot be read: %s", strerror(-r)) : 0;
}

int blocks_nbd_new(int socket, struct blocks **ret, struct assay_error *err)
{
    struct blocks_nbd *self = calloc(1, sizeof(*self));
    int r;

    if (!self) {
        close(socket);
        return assay_error_set(err, ENOMEM, "memory ran out");
    }
    self->blocks = (struct blocks){
        .read = nbd_blocks_read, .data = nbd_blocks_data, .close = nbd_blocks_close};
    r = nbd_blocks_connect(self, socket, err);
    if (r < 0) {
        nbd_blocks_close(&self->blocks);
        return r;
    }
    *ret = &self->blocks;
    return 0;
}
