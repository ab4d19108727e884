#include "source/nbd_cache.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <assay/cleanup.h>

/* A file system's small files lie near each other, but are not read in that order, and what lies
 * between them is read after all: larger chunks are fetched more than once, smaller ones are waited
 * for more often. */
#define CHUNK ((uint64_t)256 << 10)
#define CHUNKS 16
#define AHEAD 4 /* chunks asked for beyond the one that is read, once reading goes forward */

enum chunk_state {
    CHUNK_EMPTY,
    CHUNK_ASKED,
    CHUNK_READY,
    CHUNK_FAILED,
};

struct chunk {
    enum chunk_state state;
    uint64_t number; /* place in units of CHUNK */
    uint64_t used;   /* when, for choosing which one goes */
    int64_t cookie;
    uint8_t *data;
};

struct nbd_cache {
    struct nbd_handle *nbd;
    uint64_t size;
    /* The reader's own. */
    uint64_t clock, last; /* `last`: chunk read last */
    unsigned run;         /* chunks read one after the other, as far as they count */
    struct chunk *reading;
    /* Under the lock, and so is `nbd`. */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a chunk has come, or failed */
    struct chunk chunks[CHUNKS];
    struct assay_error why; /* of the last failure */
    bool stop;
    int wake; /* tells the thread of a new request, or to stop */
    bool running;
    pthread_t thread;
};

static void note_failure(struct nbd_cache *self)
{
    const char *text = nbd_get_error();

    assay_error_set(&self->why, EBADMSG, "the virtual disk cannot be read: %s",
                    text ? text : "no reason given");
}

/* Takes in the answers that are there. Returns how many are still awaited. */
static unsigned reap(struct nbd_cache *self)
{
    unsigned asked = 0;
    bool any = false;

    for (size_t i = 0; i < CHUNKS; i++) {
        struct chunk *chunk = &self->chunks[i];
        int r;

        if (chunk->state != CHUNK_ASKED)
            continue;
        r = nbd_aio_command_completed(self->nbd, (uint64_t)chunk->cookie);
        if (r == 0) {
            asked++;
            continue;
        }
        if (r < 0)
            note_failure(self);
        chunk->state = r > 0 ? CHUNK_READY : CHUNK_FAILED;
        any = true;
    }
    if (any)
        pthread_cond_broadcast(&self->changed);
    return asked;
}

/* What libnbd waits for at the socket. */
static struct pollfd awaited(struct nbd_cache *self)
{
    unsigned direction = nbd_aio_get_direction(self->nbd);
    struct pollfd socket = {.fd = nbd_aio_get_fd(self->nbd)};

    if (direction & LIBNBD_AIO_DIRECTION_READ)
        socket.events |= POLLIN;
    if (direction & LIBNBD_AIO_DIRECTION_WRITE)
        socket.events |= POLLOUT;
    return socket;
}

/* Lets libnbd take or send what it can. Asks once more whether it can: what made the thread wake up
 * may have been taken by another call since, and libnbd, told of an answer that is not there, waits
 * for one before it sends any further request. */
static void notify(struct nbd_cache *self)
{
    struct pollfd socket = awaited(self);

    if (poll(&socket, 1, 0) <= 0)
        return;
    if (socket.revents & ~POLLOUT)
        nbd_aio_notify_read(self->nbd);
    else
        nbd_aio_notify_write(self->nbd);
}

static void *pump(void *ctx)
{
    struct nbd_cache *self = ctx;

    nbd_cache_lock(self);
    while (!self->stop) {
        struct pollfd fds[2] = {{.fd = self->wake, .events = POLLIN}, {.fd = -1}};
        eventfd_t count;

        if (reap(self))
            fds[1] = awaited(self);
        nbd_cache_unlock(self);
        poll(fds, 2, -1);
        if (fds[0].revents)
            eventfd_read(self->wake, &count);
        nbd_cache_lock(self);
        if (fds[1].revents)
            notify(self);
    }
    nbd_cache_unlock(self);
    return NULL;
}

static struct chunk *chunk_find(struct nbd_cache *self, uint64_t number)
{
    for (size_t i = 0; i < CHUNKS; i++)
        if (self->chunks[i].state != CHUNK_EMPTY && self->chunks[i].number == number)
            return &self->chunks[i];
    return NULL;
}

/* The chunk that was used longest ago and is not on its way, the one that is being read left out;
 * NULL when there is none. */
static struct chunk *chunk_oldest(struct nbd_cache *self)
{
    struct chunk *oldest = NULL;

    for (size_t i = 0; i < CHUNKS; i++)
        if (self->chunks[i].state != CHUNK_ASKED && &self->chunks[i] != self->reading &&
            (!oldest || self->chunks[i].used < oldest->used))
            oldest = &self->chunks[i];
    return oldest;
}

/* Asks for a chunk unless it is there. Returns NULL when every slot waits for an answer, or the
 * server is gone. */
static struct chunk *chunk_ask(struct nbd_cache *self, uint64_t number)
{
    uint64_t left = self->size - number * CHUNK;
    struct chunk *chunk = chunk_find(self, number);

    if (!chunk) {
        chunk = chunk_oldest(self);
        if (!chunk)
            return NULL;
        chunk->state = CHUNK_EMPTY;
        chunk->cookie = nbd_aio_pread(self->nbd, chunk->data, left < CHUNK ? left : CHUNK,
                                      number * CHUNK, NBD_NULL_COMPLETION, 0);
        if (chunk->cookie < 0) {
            note_failure(self);
            return NULL;
        }
        chunk->state = CHUNK_ASKED;
        chunk->number = number;
        eventfd_write(self->wake, 1);
    }
    chunk->used = ++self->clock;
    return chunk;
}

/* How many chunks to ask for beyond `number`: more, the longer reading goes forward. */
static unsigned chunks_ahead(struct nbd_cache *self, uint64_t number)
{
    if (number == self->last + 1)
        self->run += self->run < AHEAD;
    else if (number != self->last)
        self->run = 0;
    self->last = number;
    return self->run;
}

/* Has one that failed while nobody waited for it asked for again. */
static void chunk_forget(struct nbd_cache *self, uint64_t number)
{
    struct chunk *chunk = chunk_find(self, number);

    if (chunk && chunk->state == CHUNK_FAILED)
        chunk->state = CHUNK_EMPTY;
}

static struct chunk *chunk_get(struct nbd_cache *self, uint64_t number, struct assay_error *err)
{
    unsigned ahead = chunks_ahead(self, number);
    struct chunk *chunk;

    nbd_cache_lock(self);
    self->reading = NULL;
    chunk_forget(self, number);
    chunk = chunk_ask(self, number);
    self->reading = chunk;
    for (unsigned i = 1; chunk && i <= ahead; i++)
        if ((number + i) * CHUNK < self->size && !chunk_ask(self, number + i))
            break;
    reap(self); /* what came while another call waited for its own answer */
    while (chunk && chunk->state == CHUNK_ASKED)
        pthread_cond_wait(&self->changed, &self->lock);
    if (!chunk || chunk->state == CHUNK_FAILED) {
        if (err)
            *err = self->why;
        chunk = NULL;
    }
    nbd_cache_unlock(self);
    return chunk;
}

int nbd_cache_read(struct nbd_cache *self, void *data, size_t len, uint64_t offset,
                   struct assay_error *err)
{
    uint8_t *to = data;

    while (len) {
        size_t within = (size_t)(offset % CHUNK);
        size_t take = len < CHUNK - within ? len : (size_t)CHUNK - within;
        const struct chunk *chunk = chunk_get(self, offset / CHUNK, err);

        if (!chunk)
            return -EBADMSG;
        memcpy(to, chunk->data + within, take);
        to += take;
        offset += take;
        len -= take;
    }
    return 0;
}

void nbd_cache_lock(struct nbd_cache *self)
{
    pthread_mutex_lock(&self->lock);
}

void nbd_cache_unlock(struct nbd_cache *self)
{
    pthread_mutex_unlock(&self->lock);
}

void nbd_cache_free(struct nbd_cache *self)
{
    if (!self)
        return;
    if (self->running) {
        nbd_cache_lock(self);
        self->stop = true;
        nbd_cache_unlock(self);
        eventfd_write(self->wake, 1);
        pthread_join(self->thread, NULL);
    }
    nbd_close(self->nbd);
    if (self->wake >= 0)
        close(self->wake);
    for (size_t i = 0; i < CHUNKS; i++)
        free(self->chunks[i].data);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static int start(struct nbd_cache *self)
{
    int r;

    for (size_t i = 0; i < CHUNKS; i++) {
        self->chunks[i].data = malloc(CHUNK);
        if (!self->chunks[i].data)
            return -ENOMEM;
    }
    self->wake = eventfd(0, EFD_CLOEXEC);
    if (self->wake < 0)
        return -errno;
    r = pthread_create(&self->thread, NULL, pump, self);
    self->running = r == 0;
    return -r;
}

int nbd_cache_new(struct nbd_handle *nbd, uint64_t size, struct nbd_cache **ret)
{
    struct nbd_cache *self = calloc(1, sizeof(*self));
    int r;

    if (!self) {
        nbd_close(nbd);
        return -ENOMEM;
    }
    self->nbd = nbd;
    self->size = size;
    self->last = UINT64_MAX - 1;
    self->wake = -1;
    assay_error_set(&self->why, EBADMSG, "the virtual disk's server does not answer");
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    r = start(self);
    if (r < 0) {
        nbd_cache_free(self);
        return r;
    }
    *ret = self;
    return 0;
}
