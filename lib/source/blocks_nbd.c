/* Blocks over NBD. qemu-nbd answers one request in a fraction of a millisecond, but only while it
 * has one: a small cache of aligned chunks with requests for the next ones in flight keeps it busy
 * when the reader goes forward. */
#include "source/blocks.h"

#include <errno.h>
#include <libnbd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((uint64_t)512 << 10)
#define CHUNKS 8
#define AHEAD 4 /* chunks asked for beyond the one that is read, when reading goes forward */

enum chunk_state {
    CHUNK_EMPTY,
    CHUNK_ASKED,
    CHUNK_READY,
};

struct chunk {
    enum chunk_state state;
    uint64_t number; /* place in units of CHUNK */
    uint64_t used;   /* when, for choosing which one goes */
    int64_t cookie;
    uint8_t *data;
};

struct blocks_nbd {
    struct blocks blocks;
    struct nbd_handle *nbd;
    uint64_t clock, last; /* `last`: chunk read last */
    bool status;          /* the server tells where its holes are */
    uint64_t extent_start, extent_end;
    bool extent_hole;
    struct chunk *reading;
    struct chunk chunks[CHUNKS];
};

static int nbd_failed(struct assay_error *err)
{
    const char *text = nbd_get_error();

    return assay_error_set(err, EBADMSG, "the virtual disk cannot be read: %s",
                           text ? text : "no reason given");
}

static struct chunk *chunk_find(struct blocks_nbd *self, uint64_t number)
{
    for (size_t i = 0; i < CHUNKS; i++)
        if (self->chunks[i].state != CHUNK_EMPTY && self->chunks[i].number == number)
            return &self->chunks[i];
    return NULL;
}

/* The chunk that was used longest ago and is not on its way, the one that is being read left out;
 * NULL when there is none. */
static struct chunk *chunk_oldest(struct blocks_nbd *self)
{
    struct chunk *oldest = NULL;

    for (size_t i = 0; i < CHUNKS; i++)
        if (self->chunks[i].state != CHUNK_ASKED && &self->chunks[i] != self->reading &&
            (!oldest || self->chunks[i].used < oldest->used))
            oldest = &self->chunks[i];
    return oldest;
}

static size_t chunk_len(const struct blocks_nbd *self, uint64_t number)
{
    uint64_t left = self->blocks.size - number * CHUNK;

    return left < CHUNK ? (size_t)left : (size_t)CHUNK;
}

static int chunk_wait(struct blocks_nbd *self, struct chunk *chunk, struct assay_error *err)
{
    int r;

    while ((r = nbd_aio_command_completed(self->nbd, (uint64_t)chunk->cookie)) == 0)
        if (nbd_poll(self->nbd, -1) < 0)
            return nbd_failed(err);
    if (r < 0) {
        chunk->state = CHUNK_EMPTY;
        return nbd_failed(err);
    }
    chunk->state = CHUNK_READY;
    return 0;
}

/* Takes in the answers that are there. One that failed is asked for again when it is needed, and
 * then its failure counts. */
static void chunk_reap(struct blocks_nbd *self)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        struct chunk *chunk = &self->chunks[i];
        int r = chunk->state == CHUNK_ASKED
                    ? nbd_aio_command_completed(self->nbd, (uint64_t)chunk->cookie)
                    : 0;

        if (r)
            chunk->state = r > 0 ? CHUNK_READY : CHUNK_EMPTY;
    }
}

/* Asks for a chunk unless it is there; *ret is NULL when every slot waits for an answer. */
static int chunk_ask(struct blocks_nbd *self, uint64_t number, struct chunk **ret,
                     struct assay_error *err)
{
    struct chunk *chunk = chunk_find(self, number);

    if (!chunk) {
        chunk = chunk_oldest(self);
        if (chunk) {
            chunk->state = CHUNK_EMPTY;
            chunk->cookie = nbd_aio_pread(self->nbd, chunk->data, chunk_len(self, number),
                                          number * CHUNK, NBD_NULL_COMPLETION, 0);
            if (chunk->cookie < 0)
                return nbd_failed(err);
            chunk->state = CHUNK_ASKED;
            chunk->number = number;
        }
    }
    if (chunk)
        chunk->used = ++self->clock;
    *ret = chunk;
    return 0;
}

static int chunk_get(struct blocks_nbd *self, uint64_t number, struct chunk **ret,
                     struct assay_error *err)
{
    bool forward = number == self->last || number == self->last + 1;
    struct chunk *chunk = NULL, *ahead;
    int r;

    chunk_reap(self);
    self->reading = NULL;
    r = chunk_ask(self, number, &chunk, err);
    if (r == 0 && !chunk) {
        r = chunk_wait(self, &self->chunks[0], err);
        if (r == 0)
            r = chunk_ask(self, number, &chunk, err);
    }
    if (r < 0)
        return r;
    if (!chunk)
        return assay_error_set(err, EBADMSG, "the virtual disk's server does not answer");
    self->reading = chunk;
    for (uint64_t i = 1; r == 0 && forward && i <= AHEAD; i++)
        if ((number + i) * CHUNK < self->blocks.size)
            r = chunk_ask(self, number + i, &ahead, err);
    self->last = number;
    if (r == 0 && chunk->state == CHUNK_ASKED)
        r = chunk_wait(self, chunk, err);
    if (r < 0)
        return r;
    *ret = chunk;
    return 0;
}

static int nbd_blocks_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                           struct assay_error *err)
{
    struct blocks_nbd *self = (struct blocks_nbd *)blocks;
    uint8_t *to = data;

    while (len) {
        size_t within = (size_t)(offset % CHUNK);
        size_t take = len < CHUNK - within ? len : (size_t)CHUNK - within;
        struct chunk *chunk = NULL;
        int r = chunk_get(self, offset / CHUNK, &chunk, err);

        if (!chunk)
            return r;
        memcpy(to, chunk->data + within, take);
        to += take;
        offset += take;
        len -= take;
    }
    return 0;
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

static int nbd_blocks_data(struct blocks *blocks, uint64_t offset, uint64_t *ret_start,
                           uint64_t *ret_end)
{
    struct blocks_nbd *self = (struct blocks_nbd *)blocks;

    for (;;) {
        if (!self->status || offset >= blocks->size) {
            *ret_start = offset;
            *ret_end = blocks->size;
            return 0;
        }
        if (offset < self->extent_start || offset >= self->extent_end) {
            const uint64_t most = UINT64_C(1) << 31;
            uint64_t left = blocks->size - offset;
            struct extents found = {0};

            if (nbd_block_status(
                    self->nbd, left < most ? left : most, offset,
                    (nbd_extent_callback){.callback = take_extents, .user_data = &found}, 0) < 0 ||
                found.end <= offset) {
                self->status = false;
                continue;
            }
            self->extent_start = offset;
            self->extent_end = found.end < blocks->size ? found.end : blocks->size;
            self->extent_hole = found.hole;
        }
        if (!self->extent_hole) {
            *ret_start = offset;
            *ret_end = self->extent_end;
            return 0;
        }
        offset = self->extent_end;
    }
}

static void nbd_blocks_close(struct blocks *blocks)
{
    struct blocks_nbd *self = (struct blocks_nbd *)blocks;

    nbd_close(self->nbd); /* first: requests in flight write into the chunks */
    for (size_t i = 0; i < CHUNKS; i++)
        free(self->chunks[i].data);
    free(self);
}

static int nbd_blocks_connect(struct blocks_nbd *self, int socket, struct assay_error *err)
{
    int64_t size;

    self->nbd = nbd_create();
    if (!self->nbd) {
        close(socket);
        return assay_error_set(err, ENOMEM, "libnbd: %s", nbd_get_error());
    }
    nbd_add_meta_context(self->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION);
    if (nbd_connect_socket(self->nbd, socket) < 0 || (size = nbd_get_size(self->nbd)) < 0)
        return assay_error_set(err, ECONNREFUSED, "the virtual disk cannot be opened: %s",
                               nbd_get_error());
    self->blocks.size = (uint64_t)size;
    self->status = nbd_can_meta_context(self->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) > 0;
    for (size_t i = 0; i < CHUNKS; i++) {
        self->chunks[i].data = malloc(CHUNK);
        if (!self->chunks[i].data)
            return assay_error_set(err, ENOMEM, "memory ran out");
    }
    return 0;
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
    self->last = UINT64_MAX - 1;
    r = nbd_blocks_connect(self, socket, err);
    if (r < 0) {
        nbd_blocks_close(&self->blocks);
        return r;
    }
    *ret = &self->blocks;
    return 0;
}
