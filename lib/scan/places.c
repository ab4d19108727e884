#include "scan/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MAX (FINDING_PLACES_MAX + 10) /* room for hidden ones, too */

static void place_clear(struct place *place)
{
    free(place->path);
    free(place->decoded);
    *place = (struct place){0};
}

void places_free(struct places *places)
{
    for (size_t i = 0; i < places->n; i++)
        place_clear(&places->list[i]);
    free(places->list);
    *places = (struct places){0};
}

static const char *decoded_of(const struct place *place)
{
    return place->decoded ? place->decoded : "";
}

static int64_t end_of(const struct place *place)
{
    return place->offset + (place->span ? (int64_t)place->span : 1);
}

/* Whether two places are the same bytes: one of them is decoded, or both are. */
static bool overlap(const struct place *a, const struct place *b)
{
    return (a->decoded || b->decoded) && a->offset < end_of(b) && b->offset < end_of(a);
}

/* Of two places in the same bytes the one with fewer decodings is told, or else the first one:
 * which one that is does not depend on the order in which they came. */
static bool is_better(const struct place *a, const struct place *b)
{
    size_t a_len = strlen(decoded_of(a)), b_len = strlen(decoded_of(b));

    if (a_len != b_len)
        return a_len < b_len;
    if (a->offset != b->offset)
        return a->offset < b->offset;
    return strcmp(decoded_of(a), decoded_of(b)) < 0;
}

static bool is_same(const struct place *a, const struct place *b)
{
    return a->offset == b->offset && strcmp(decoded_of(a), decoded_of(b)) == 0;
}

/* Whether a place that is not kept begins where the last such one does: there a text was decoded in
 * two ways. */
static bool is_last(struct places *places, const struct place *place)
{
    uint64_t hash = 14695981039346656037u, last = places->last;

    /* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
    for (const char *c = place->path; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 1099511628211u;
    places->last = (hash ^ (uint64_t)place->offset) * 1099511628211u | 1;
    return places->last == last;
}

/* Makes room for a place at `at`; the last one goes when there are too many. */
static int make_room(struct places *places, size_t at)
{
    if (places->n == KEPT_MAX)
        place_clear(&places->list[--places->n]);
    if (places->n == places->cap) {
        size_t cap = places->cap ? 2 * places->cap : 1;
        struct place *list = reallocarray(places->list, cap, sizeof(*list));

        if (!list)
            return -ENOMEM;
        places->list = list;
        places->cap = cap;
    }
    memmove(places->list + at + 1, places->list + at, (places->n - at) * sizeof(*places->list));
    places->list[at] = (struct place){0};
    places->n++;
    return 0;
}

/* Puts the place, which borrows its strings, at `at`. */
static int put(struct places *places, size_t at, const struct place *place)
{
    struct place copy = *place;

    copy.path = strdup(place->path);
    copy.decoded = place->decoded ? strdup(place->decoded) : NULL;
    if (!copy.path || (place->decoded && !copy.decoded) || make_room(places, at) < 0) {
        place_clear(&copy);
        return -ENOMEM;
    }
    places->list[at] = copy;
    return 0;
}

int places_add(struct places *places, const struct finding_hit *hit, const char *path, size_t room,
               size_t *ret_used)
{
    /* The strings are only read. */
    struct place new = {.path = (char *)(uintptr_t)path,
                        .in = hit->in,
                        .offset = hit->offset,
                        .line = hit->line,
                        .span = hit->span,
                        .decoded = (char *)(uintptr_t)hit->decoded};
    size_t at = places->n;
    bool kept;

    *ret_used = 0;
    for (size_t i = places->n; i-- > 0;) {
        const struct place *old = &places->list[i];

        if (strcmp(old->path, path) != 0)
            continue;
        if (is_same(old, &new))
            return 0;
        new.hidden |= overlap(old, &new) && is_better(old, &new);
        if (at == i + 1 && old->offset > new.offset)
            at = i;
    }
    kept = strlen(path) <= room && at < KEPT_MAX;
    if (!kept && is_last(places, &new))
        return 0;
    places->count += !new.hidden;
    for (size_t i = 0; kept && i < places->n; i++) {
        struct place *old = &places->list[i];

        if (old->hidden || strcmp(old->path, path) != 0 || !overlap(old, &new) ||
            !is_better(&new, old))
            continue;
        old->hidden = true;
        places->count--;
    }
    if (!kept)
        return 0;
    *ret_used = places->n < KEPT_MAX ? strlen(path) : 0;
    return put(places, at, &new);
}

const struct place *places_at(const struct places *places, size_t i)
{
    size_t seen = 0;

    for (size_t j = 0; i < FINDING_PLACES_MAX && j < places->n; j++)
        if (!places->list[j].hidden && seen++ == i)
            return &places->list[j];
    /* What hid all of them may have had to go. */
    return i == 0 && places->n > 0 ? &places->list[0] : NULL;
}
