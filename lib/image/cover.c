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
    cover->unsorted |= cover->n && cover->spans[cover->n - 1].start > start;
    cover->spans[cover->n++] = (struct image_cover_span){start, end};
}

static int by_start(const void *a, const void *b)
{
    const struct image_cover_span *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

void image_cover_sort(struct image_cover *cover)
{
    if (cover->unsorted)
        qsort(cover->spans, cover->n, sizeof(*cover->spans), by_start);
    cover->unsorted = false;
}

bool image_cover_has(struct image_cover *cover, uint64_t start, uint64_t end)
{
    image_cover_sort(cover);
    for (size_t i = 0; i < cover->n && start < end && cover->spans[i].start <= start; i++)
        if (cover->spans[i].end > start)
            start = cover->spans[i].end;
    return start >= end;
}

bool image_cover_gap(const struct image_cover *cover, uint64_t size, size_t *span, uint64_t *at,
                     struct image_cover_span *ret)
{
    while (*span <= cover->n) {
        uint64_t end = *span < cover->n ? cover->spans[*span].start : size;
        uint64_t from = *at;

        end = end < size ? end : size;
        if (*span < cover->n && cover->spans[*span].end > *at)
            *at = cover->spans[*span].end;
        (*span)++;
        if (end <= from)
            continue;
        *ret = (struct image_cover_span){from, end};
        return true;
    }
    return false;
}

static int cover_tell(const struct image_cover *cover, struct image_walk *walk,
                      struct blocks *blocks, const char *path, enum entry_in in)
{
    struct entry entry = {
        .path = path, .type = ENTRY_FREE, .in = in, .uid = -1, .gid = -1, .size = -1};
    struct image_cover_span gap;
    uint64_t at = 0;
    size_t span = 0;
    bool any = false;
    unsigned level;
    int r = image_walk_begin(walk, &entry, &level);

    while (r == 0 && image_cover_gap(cover, blocks->size, &span, &at, &gap))
        r = image_walk_range(walk, blocks, level, gap.start, gap.end, &any);
    return r < 0 ? r : image_walk_done(walk);
}

int image_cover_rest(struct image_cover *cover, struct image_walk *walk, struct blocks *blocks,
                     const char *path)
{
    image_cover_sort(cover);
    return cover_tell(cover, walk, blocks, path, ENTRY_IN_UNALLOCATED);
}

int image_cover_both(struct image_cover *content, const struct image_cover *unused,
                     struct image_walk *walk, struct blocks *blocks)
{
    struct image_cover both = {0};
    struct image_cover_span gap;
    uint64_t at = 0;
    size_t span = 0;
    int r;

    for (size_t i = 0; i < content->n; i++)
        image_cover_add(&both, content->spans[i].start, content->spans[i].end);
    for (size_t i = 0; i < unused->n; i++)
        image_cover_add(&both, unused->spans[i].start, unused->spans[i].end);
    image_cover_sort(&both);
    r = cover_tell(&both, walk, blocks, "(slack)", ENTRY_IN_SLACK);
    while (image_cover_gap(&both, blocks->size, &span, &at, &gap))
        image_cover_add(content, gap.start, gap.end);
    image_cover_free(&both);
    return r < 0 ? r : image_cover_rest(content, walk, blocks, "(free)");
}

void image_cover_gaps(const struct image_cover *cover, uint64_t size,
                      void (*tell)(void *ctx, uint64_t start, uint64_t end), void *ctx)
{
    struct image_cover_span gap;
    uint64_t at = 0;
    size_t span = 0;

    while (image_cover_gap(cover, size, &span, &at, &gap))
        tell(ctx, gap.start, gap.end);
}

uint64_t image_cover_end(const struct image_cover *cover)
{
    uint64_t end = 0;

    for (size_t i = 0; i < cover->n; i++)
        end = cover->spans[i].end > end ? cover->spans[i].end : end;
    return end;
}

void image_cover_free(struct image_cover *cover)
{
    free(cover->spans);
    *cover = (struct image_cover){0};
}
