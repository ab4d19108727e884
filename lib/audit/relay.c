#include "audit/relay.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The walk is ahead of the visitor for small archives, and behind for programs: some megabytes of
 * each at a time. Much more than these no longer stays in the processor's cache. */
#define BLOCKS 8
#define BLOCK ((size_t)512 << 10)
#define PIECE_LEAST 4096 /* bytes of content for which what is left of a block is used */

enum kind { ENTRY, BYTES, DONE, UNREAD, RAW };

/* Stands in a block, what it points to behind it. */
struct event {
    size_t size; /* up to the next one */
    enum kind kind;
    union {
        struct entry entry;
        struct {
            unsigned level;
            size_t len;
            uint64_t offset;
            const uint8_t *data;
        } bytes;
        struct {
            const char *where, *detail;
            enum unread_reason reason;
        } unread;
        struct {
            const char *where, *format;
            uint64_t bytes;
        } raw;
    };
};

struct block {
    size_t used;
    _Alignas(16) uint8_t data[BLOCK];
};

/* The walk fills blocks[made % BLOCKS], the thread reads blocks[taken % BLOCKS]. */
struct relay {
    const struct image_visitor *visitor;
    void *ctx;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t made, taken;
    bool stop;
    atomic_int failed; /* the visitor's first error */
    struct block blocks[BLOCKS];
};

/* --- the visitor's side ------------------------------------------------------------------- */

static int show(struct relay *relay, const struct event *event)
{
    const struct image_visitor *visitor = relay->visitor;

    switch (event->kind) {
    case ENTRY:
        return visitor->entry(relay->ctx, &event->entry);
    case BYTES:
        return visitor->bytes(relay->ctx, event->bytes.level, event->bytes.data, event->bytes.len,
                              event->bytes.offset);
    case DONE:
        return visitor->done(relay->ctx);
    case UNREAD:
        visitor->unread(relay->ctx, event->unread.where, event->unread.reason,
                        event->unread.detail);
        return 0;
    case RAW:
        visitor->raw(relay->ctx, event->raw.where, event->raw.format, event->raw.bytes);
        return 0;
    default:
        return -EINVAL;
    }
}

static void show_block(struct relay *relay, const struct block *block)
{
    int r = atomic_load(&relay->failed);

    for (size_t at = 0; r == 0 && at < block->used;) {
        const struct event *event = (const void *)(block->data + at);

        r = show(relay, event);
        at += event->size;
    }
    atomic_store(&relay->failed, r);
}

static void *run_thread(void *arg)
{
    struct relay *relay = arg;

    pthread_mutex_lock(&relay->lock);
    for (;;) {
        while (relay->made == relay->taken && !relay->stop)
            pthread_cond_wait(&relay->changed, &relay->lock);
        if (relay->made == relay->taken)
            break;
        pthread_mutex_unlock(&relay->lock);
        show_block(relay, &relay->blocks[relay->taken % BLOCKS]);
        pthread_mutex_lock(&relay->lock);
        relay->taken++;
        pthread_cond_signal(&relay->changed);
    }
    pthread_mutex_unlock(&relay->lock);
    return NULL;
}

/* --- the walk's side ---------------------------------------------------------------------- */

static struct block *block_at_hand(struct relay *relay)
{
    return &relay->blocks[relay->made % BLOCKS];
}

/* Hands the block at hand over and waits until at most `most` are not yet seen to. */
static void hand_over(struct relay *relay, uint64_t most)
{
    pthread_mutex_lock(&relay->lock);
    if (block_at_hand(relay)->used > 0) {
        relay->made++;
        pthread_cond_signal(&relay->changed);
    }
    while (relay->made - relay->taken > most)
        pthread_cond_wait(&relay->changed, &relay->lock);
    pthread_mutex_unlock(&relay->lock);
    block_at_hand(relay)->used = 0;
}

int relay_drain(struct relay *relay)
{
    hand_over(relay, 0);
    return atomic_load(&relay->failed);
}

/* What is left of the block at hand. */
static size_t room(struct relay *relay)
{
    return BLOCK - block_at_hand(relay)->used;
}

/* Room for an event and `more` bytes behind it, which is at most BLOCK in all. */
static struct event *put(struct relay *relay, enum kind kind, size_t more)
{
    size_t size = (sizeof(struct event) + more + 15) & ~(size_t)15;
    struct block *block;
    struct event *event;

    if (room(relay) < size)
        hand_over(relay, BLOCKS - 1);
    block = block_at_hand(relay);
    event = (void *)(block->data + block->used);
    block->used += size;
    event->size = size;
    event->kind = kind;
    return event;
}

static bool fits(size_t more)
{
    return more <= BLOCK - sizeof(struct event) - 15;
}

static size_t text_size(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* Copies `len` bytes to *at, which moves on. */
static const void *copy(uint8_t **at, const void *bytes, size_t len)
{
    uint8_t *start = *at;

    if (len > 0)
        memcpy(start, bytes, len);
    *at += len;
    return start;
}

static const char *copy_text(uint8_t **at, const char *text)
{
    return text ? copy(at, text, strlen(text) + 1) : NULL;
}

static size_t entry_size(const struct entry *entry)
{
    size_t size = entry->n_xattrs * sizeof(*entry->xattrs) + text_size(entry->container) +
                  text_size(entry->path) + text_size(entry->link) + text_size(entry->uname) +
                  text_size(entry->gname);

    for (size_t i = 0; i < entry->n_xattrs; i++)
        size += text_size(entry->xattrs[i].name) + entry->xattrs[i].value_len;
    return size;
}

static int relay_entry(void *ctx, const struct entry *entry)
{
    struct relay *relay = ctx;
    size_t size = entry_size(entry);
    struct entry_xattr *xattrs;
    struct event *event;
    uint8_t *at;

    if (!fits(size)) {
        int r = relay_drain(relay);

        return r < 0 ? r : relay->visitor->entry(relay->ctx, entry);
    }
    event = put(relay, ENTRY, size);
    event->entry = *entry;
    xattrs = (void *)(event + 1);
    at = (uint8_t *)(xattrs + entry->n_xattrs);
    event->entry.container = copy_text(&at, entry->container);
    event->entry.path = copy_text(&at, entry->path);
    event->entry.link = copy_text(&at, entry->link);
    event->entry.uname = copy_text(&at, entry->uname);
    event->entry.gname = copy_text(&at, entry->gname);
    event->entry.xattrs = xattrs;
    for (size_t i = 0; i < entry->n_xattrs; i++) {
        xattrs[i].name = copy_text(&at, entry->xattrs[i].name);
        xattrs[i].value_len = entry->xattrs[i].value_len;
        xattrs[i].value = copy(&at, entry->xattrs[i].value, entry->xattrs[i].value_len);
    }
    return atomic_load(&relay->failed);
}

static int relay_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset)
{
    struct relay *relay = ctx;

    while (len > 0) {
        size_t have = room(relay), n = len, least = n < PIECE_LEAST ? n : PIECE_LEAST;
        struct event *event;
        uint8_t *at;

        if (have < sizeof(struct event) + 15 + least)
            have = BLOCK;
        if (n > have - sizeof(struct event) - 15)
            n = have - sizeof(struct event) - 15;
        event = put(relay, BYTES, n);
        at = (uint8_t *)(event + 1);
        event->bytes.level = level;
        event->bytes.len = n;
        event->bytes.offset = offset;
        event->bytes.data = copy(&at, data, n);
        data += n;
        len -= n;
        offset += n;
    }
    return atomic_load(&relay->failed);
}

static int relay_done(void *ctx)
{
    struct relay *relay = ctx;

    put(relay, DONE, 0);
    return atomic_load(&relay->failed);
}

static void relay_unread(void *ctx, const char *where, enum unread_reason reason,
                         const char *detail)
{
    struct relay *relay = ctx;
    size_t size = text_size(where) + text_size(detail);
    struct event *event;
    uint8_t *at;

    if (!fits(size)) {
        if (relay_drain(relay) == 0)
            relay->visitor->unread(relay->ctx, where, reason, detail);
        return;
    }
    event = put(relay, UNREAD, size);
    at = (uint8_t *)(event + 1);
    event->unread.where = copy_text(&at, where);
    event->unread.detail = copy_text(&at, detail);
    event->unread.reason = reason;
}

static void relay_raw(void *ctx, const char *where, const char *format, uint64_t bytes)
{
    struct relay *relay = ctx;
    size_t size = text_size(where) + text_size(format);
    struct event *event;
    uint8_t *at;

    if (!fits(size)) {
        if (relay_drain(relay) == 0)
            relay->visitor->raw(relay->ctx, where, format, bytes);
        return;
    }
    event = put(relay, RAW, size);
    at = (uint8_t *)(event + 1);
    event->raw.where = copy_text(&at, where);
    event->raw.format = copy_text(&at, format);
    event->raw.bytes = bytes;
}

const struct image_visitor relay_visitor = {.entry = relay_entry,
                                            .bytes = relay_bytes,
                                            .done = relay_done,
                                            .unread = relay_unread,
                                            .raw = relay_raw};

/* --- its life ----------------------------------------------------------------------------- */

int relay_new(const struct image_visitor *visitor, void *ctx, struct relay **ret)
{
    struct relay *relay = malloc(sizeof(*relay));
    int r;

    if (!relay)
        return -ENOMEM;
    relay->visitor = visitor;
    relay->ctx = ctx;
    relay->made = relay->taken = 0;
    relay->stop = false;
    atomic_init(&relay->failed, 0);
    relay->blocks[0].used = 0;
    pthread_mutex_init(&relay->lock, NULL);
    pthread_cond_init(&relay->changed, NULL);
    r = -pthread_create(&relay->thread, NULL, run_thread, relay);
    if (r < 0) {
        free(relay);
        return r;
    }
    *ret = relay;
    return 0;
}

struct relay *relay_free(struct relay *relay)
{
    if (!relay)
        return NULL;
    relay_drain(relay);
    pthread_mutex_lock(&relay->lock);
    relay->stop = true;
    pthread_cond_signal(&relay->changed);
    pthread_mutex_unlock(&relay->lock);
    pthread_join(relay->thread, NULL);
    pthread_cond_destroy(&relay->changed);
    pthread_mutex_destroy(&relay->lock);
    for (size_t i = 0; i < BLOCKS; i++)
        explicit_bzero(relay->blocks[i].data, BLOCK);
    free(relay);
    return NULL;
}
