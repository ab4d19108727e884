#include "source/stream.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct slot {
    uint8_t *data;
    ssize_t len; /* what fill() returned: 0 or below ends the stream */
};

/* The producer fills slots[made % n], the consumer reads slots[taken % n]; the slot lent to the
 * consumer counts as not taken until its next call. */
struct stream_ring {
    struct stream stream;
    struct filler *filler;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t made, taken;
    bool lent, stop;
    struct assay_error err; /* the filler's, when a slot's length is negative */
    size_t n_slots, block;
    struct slot slots[];
};

static void *produce(void *arg)
{
    struct stream_ring *ring = arg;
    struct slot *slot;

    do {
        pthread_mutex_lock(&ring->lock);
        while (!ring->stop && ring->made - ring->taken == ring->n_slots)
            pthread_cond_wait(&ring->changed, &ring->lock);
        slot = &ring->slots[ring->made % ring->n_slots];
        if (ring->stop) {
            pthread_mutex_unlock(&ring->lock);
            break;
        }
        pthread_mutex_unlock(&ring->lock);
        slot->len = ring->filler->fill(ring->filler, slot->data, ring->block, &ring->err);
        pthread_mutex_lock(&ring->lock);
        ring->made++;
        pthread_cond_signal(&ring->changed);
        pthread_mutex_unlock(&ring->lock);
    } while (slot->len > 0);
    return NULL;
}

static int ring_next(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                     struct assay_error *err)
{
    struct stream_ring *ring = (struct stream_ring *)stream;
    struct slot *slot;

    pthread_mutex_lock(&ring->lock);
    if (ring->lent) {
        ring->taken++;
        ring->lent = false;
        pthread_cond_signal(&ring->changed);
    }
    while (ring->made == ring->taken)
        pthread_cond_wait(&ring->changed, &ring->lock);
    slot = &ring->slots[ring->taken % ring->n_slots];
    /* The last slot, the one that says how it ended, is never taken: asking again gives the same.
     */
    ring->lent = slot->len > 0;
    pthread_mutex_unlock(&ring->lock);
    if (slot->len < 0 && err)
        *err = ring->err;
    if (slot->len <= 0)
        return (int)slot->len;
    *ret = slot->data;
    *ret_len = (size_t)slot->len;
    return 1;
}

static void ring_free(struct stream_ring *ring)
{
    for (size_t i = 0; i < ring->n_slots; i++)
        free(ring->slots[i].data);
    filler_close(ring->filler);
    pthread_cond_destroy(&ring->changed);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

static void ring_close(struct stream *stream)
{
    struct stream_ring *ring = (struct stream_ring *)stream;

    pthread_mutex_lock(&ring->lock);
    ring->stop = true;
    pthread_cond_signal(&ring->changed);
    pthread_mutex_unlock(&ring->lock);
    pthread_join(ring->thread, NULL);
    ring_free(ring);
}

int stream_ring_new(struct filler *filler, size_t slots, size_t block, struct stream **ret)
{
    struct stream_ring *ring = calloc(1, sizeof(*ring) + slots * sizeof(struct slot));
    int r = 0;

    if (!ring) {
        filler_close(filler);
        return -ENOMEM;
    }
    ring->stream = (struct stream){.next = ring_next, .close = ring_close};
    ring->filler = filler;
    ring->n_slots = slots;
    ring->block = block;
    pthread_mutex_init(&ring->lock, NULL);
    pthread_cond_init(&ring->changed, NULL);
    for (size_t i = 0; i < slots && r == 0; i++) {
        ring->slots[i].data = malloc(block);
        if (!ring->slots[i].data)
            r = -ENOMEM;
    }
    if (r == 0)
        r = -pthread_create(&ring->thread, NULL, produce, ring);
    if (r < 0) {
        ring_free(ring);
        return r;
    }
    *ret = &ring->stream;
    return 0;
}
