#include "source/filler.h"

#include <assay/clock.h>
#include <errno.h>
#include <stdlib.h>

struct filler_limit {
    struct filler filler;
    struct filler *inner;
    struct filler_limits limits;
    uint64_t out;
};

static int limit_check(struct filler_limit *limit, struct assay_error *err)
{
    const struct filler_limits *l = &limit->limits;

    if (atomic_load_explicit(l->expanded, memory_order_relaxed) > l->max_expanded)
        return assay_error_set(err, EFBIG, "more than %llu bytes after decompression",
                               (unsigned long long)l->max_expanded);
    if (limit->out > l->floor && limit->out / l->ratio > limit->inner->in)
        return assay_error_set(err, EFBIG, "expands to more than %llu times its size",
                               (unsigned long long)l->ratio);
    if (assay_clock_ms() > l->deadline)
        return assay_error_set(err, EFBIG, "the time for the audit is used up");
    return 0;
}

static ssize_t limit_fill(struct filler *filler, uint8_t *data, size_t cap, struct assay_error *err)
{
    struct filler_limit *limit = (struct filler_limit *)filler;
    int r = limit_check(limit, err);
    ssize_t n;

    if (r < 0)
        return r;
    n = limit->inner->fill(limit->inner, data, cap, err);
    if (n > 0) {
        limit->out += (uint64_t)n;
        atomic_fetch_add_explicit(limit->limits.expanded, (uint64_t)n, memory_order_relaxed);
    }
    filler->in = limit->inner->in;
    return n;
}

static void limit_close(struct filler *filler)
{
    struct filler_limit *limit = (struct filler_limit *)filler;

    filler_close(limit->inner);
    free(limit);
}

int filler_limit_new(struct filler *inner, const struct filler_limits *limits, struct filler **ret)
{
    struct filler_limit *limit = calloc(1, sizeof(*limit));

    if (!limit) {
        filler_close(inner);
        return -ENOMEM;
    }
    limit->filler = (struct filler){.fill = limit_fill, .close = limit_close};
    limit->inner = inner;
    limit->limits = *limits;
    *ret = &limit->filler;
    return 0;
}
