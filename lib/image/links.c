#include "image/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST 256 /* slots, a power of two */

/* The slot of `key`, or the free one where it belongs. */
static struct image_link *slot_of(struct image_link *slots, size_t cap, uint64_t key)
{
    /* Fibonacci hashing */
    size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (cap - 1);

    while (slots[at].path && slots[at].key != key)
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

static int links_grow(struct image_links *links)
{
    size_t cap = links->cap ? links->cap * 2 : FIRST;
    struct image_link *slots = calloc(cap, sizeof(*slots));

    if (!slots)
        return -ENOMEM;
    for (size_t i = 0; i < links->cap; i++)
        if (links->slots[i].path)
            *slot_of(slots, cap, links->slots[i].key) = links->slots[i];
    free(links->slots);
    links->slots = slots;
    links->cap = cap;
    return 0;
}

int image_links_seen(struct image_links *links, uint64_t key, const char *path,
                     const char **ret_before)
{
    size_t len = strlen(path) + 1 + 2 * sizeof(struct image_link);
    struct image_link *slot;
    int r = links->n * 2 < links->cap ? 0 : links_grow(links);

    if (r < 0)
        return r;
    slot = slot_of(links->slots, links->cap, key);
    *ret_before = slot->path;
    if (slot->path)
        return 0;
    if (links->used + len > IMAGE_LINKS_MAX)
        return -EFBIG;
    slot->path = strdup(path);
    if (!slot->path)
        return -ENOMEM;
    slot->key = key;
    links->used += len;
    links->n++;
    return 0;
}

bool image_links_has(const struct image_links *links, uint64_t key)
{
    return links->cap && slot_of(links->slots, links->cap, key)->path;
}

void image_links_free(struct image_links *links)
{
    for (size_t i = 0; i < links->cap; i++)
        free(links->slots[i].path);
    free(links->slots);
    *links = (struct image_links){0};
}
