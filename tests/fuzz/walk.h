/* The whole walk over an artifact in memory, and what it promises its visitor. */
#ifndef ASSAY_TESTS_FUZZ_WALK_H
#define ASSAY_TESTS_FUZZ_WALK_H

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/image.h"

struct fuzz_walk {
    void (*look)(const struct entry *entry); /* may be NULL */
    unsigned open;
    uint64_t end[64];
};

static inline int fuzz_on_entry(void *ctx, const struct entry *entry)
{
    struct fuzz_walk *state = ctx;

    if (!entry->path || !entry->container)
        __builtin_trap();
    if (state->look)
        state->look(entry);
    if (entry->type == ENTRY_FILE || entry->type == ENTRY_FREE || entry->type == ENTRY_META) {
        if (state->open == 64)
            __builtin_trap();
        state->end[state->open++] = 0;
    }
    return 0;
}

static inline int fuzz_on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len,
                                uint64_t offset)
{
    struct fuzz_walk *state = ctx;
    volatile uint8_t touched;

    if (level >= state->open || offset < state->end[level] || !len)
        __builtin_trap();
    touched = data[0];
    touched = data[len - 1];
    (void)touched;
    state->end[level] = offset + len;
    return 0;
}

static inline int fuzz_on_done(void *ctx)
{
    struct fuzz_walk *state = ctx;

    if (!state->open)
        __builtin_trap();
    state->open--;
    return 0;
}

static inline void fuzz_on_unread(void *ctx, const char *where, enum unread_reason reason,
                                  const char *detail)
{
    (void)ctx;
    if (!where || !detail || !detail[0] || !unread_token(reason))
        __builtin_trap();
}

static inline void fuzz_on_raw(void *ctx, const char *where, const char *format, uint64_t bytes)
{
    (void)ctx;
    if (!where || !format || !bytes)
        __builtin_trap();
}

static inline int fuzz_open_spool(void *ctx, int *ret_fd, struct assay_error *err)
{
    (void)ctx;
    *ret_fd = memfd_create("spool", MFD_CLOEXEC);
    return *ret_fd < 0 ? assay_error_set(err, ENOMEM, "no memory file") : 0;
}

/* Walks `size` bytes at `data`; `look`, which may be NULL, is shown every entry. */
static inline void fuzz_walk(const uint8_t *data, size_t size,
                             void (*look)(const struct entry *entry))
{
    static const struct image_visitor visitor = {fuzz_on_entry, fuzz_on_bytes, fuzz_on_done,
                                                 fuzz_on_unread, fuzz_on_raw};
    static const struct image_host host = {.open_spool = fuzz_open_spool};
    struct image_budget budget = image_budget_default;
    struct image_result result;
    struct fuzz_walk state = {.look = look};
    struct assay_error err = {0};
    int fd = memfd_create("artifact", MFD_CLOEXEC), r;

    budget.expanded = 32 << 20;
    budget.entries = 20000;
    budget.seconds = 10;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    r = image_walk(fd, &budget, &visitor, &state, &host, &result, &err);
    if (r < 0 && r != -ENOMEM)
        __builtin_trap();
    close(fd);
}

#endif
