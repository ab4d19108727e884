#include "image/cover.h"

#include <stdlib.h>

void image_cover_add(struct image_cover *cover, uint64_t start, uint64_t end)
{
    struct image_cover_span *last = cover->n ? &cover->spans[cover->n - 1] : NULL;

    if (start >= end)
        return;
    if (last && last->end == start) {
        last->end = end;
        return;
    }
    if (cover->n == cover->cap) {
        size_t cap = cover->cap ? cover->cap * 2 : 256;
        struct image_cover_span *more =
            cap > IMAGE_COVER_MAX ? NULL : reallocarray(cover->spans, cap, sizeof(*more));

        if (!more)
            return;
        cover->spans = more;
        cover->cap = cap;
    }
    cover->spans[cover->n++] = (struct image_cover_span){start, end};
}

static int by_start(const void *a, const void *b)
{
    const struct image_cover_span *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

int image_cover_rest(struct image_cover *cover, struct image_walk *walk, struct blocks *blocks,
                     const char *path)
{
    struct entry entry = {.path = path, .type = ENTRY_FREE, .uid = -1, .gid = -1, .size = -1};
    uint64_t at = 0;
    bool any = false;
    unsigned level;
    int r = image_walk_begin(walk, &entry, &level);

    if (cover->n)
        qsort(cover->spans, cover->n, sizeof(*cover->spans), by_start);
    for (size_t i = 0; i <= cover->n && r == 0; i++) {
        uint64_t end = i < cover->n ? cover->spans[i].start : blocks->size;

        if (end > at)
            r = image_walk_range(walk, blocks, level, at, end, &any);
        if (i < cover->n && cover->spans[i].end > at)
            at = cover->spans[i].end;
    }
    return r < 0 ? r : image_walk_done(walk);
}

void image_cover_free(struct image_cover *cover)
{
    free(cover->spans);
    *cover = (struct image_cover){0};
}
