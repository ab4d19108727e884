/* The whole walk over an artifact in memory: every format, every container in a container. */
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/image.h"

struct state {
    unsigned open;
    uint64_t end[64];
};

static int on_entry(void *ctx, const struct entry *entry)
{
    struct state *state = ctx;

    if (!entry->path || !entry->container)
        __builtin_trap();
    if (entry->type == ENTRY_FILE || entry->type == ENTRY_FREE || entry->type == ENTRY_META) {
        if (state->open == 64)
            __builtin_trap();
        state->end[state->open++] = 0;
    }
    return 0;
}

static int on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset)
{
    struct state *state = ctx;
    volatile uint8_t touched;

    if (level >= state->open || offset < state->end[level] || !len)
        __builtin_trap();
    touched = data[0];
    touched = data[len - 1];
    (void)touched;
    state->end[level] = offset + len;
    return 0;
}

static int on_done(void *ctx)
{
    struct state *state = ctx;

    if (!state->open)
        __builtin_trap();
    state->open--;
    return 0;
}

static void on_unread(void *ctx, const char *where, enum unread_reason reason, const char *detail)
{
    (void)ctx;
    if (!where || !detail || !unread_token(reason))
        __builtin_trap();
}

static int open_spool(void *ctx, int *ret_fd, struct assay_error *err)
{
    (void)ctx;
    *ret_fd = memfd_create("spool", MFD_CLOEXEC);
    return *ret_fd < 0 ? assay_error_set(err, ENOMEM, "no memory file") : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct image_visitor visitor = {on_entry, on_bytes, on_done, on_unread};
    static const struct image_host host = {.open_spool = open_spool};
    struct image_budget budget = image_budget_default;
    struct image_result result;
    struct state state = {0};
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
    return 0;
}
