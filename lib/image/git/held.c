/* Objects held in memory: what deltas are applied to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/git/pack.h"

static struct git_slot *slot_of(struct git_pack *pack, uint32_t index)
{
    return &pack->slots[index % GIT_HELD_SLOTS];
}

static void slot_empty(struct git_pack *pack, struct git_slot *slot)
{
    if (!slot->data)
        return;
    pack->held -= slot->size;
    free(slot->data);
    slot->data = NULL;
}

/* Holds `data`, which is taken over; others go for it, the longest held ones first, more or less.
 */
static void hold(struct git_pack *pack, uint32_t index, uint8_t *data, size_t size)
{
    struct git_slot *slot = slot_of(pack, index);

    slot_empty(pack, slot);
    for (uint32_t i = 0; i < GIT_HELD_SLOTS && pack->held > GIT_HELD_MAX - GIT_HELD_OBJECT; i++)
        slot_empty(pack, &pack->slots[pack->hand++ % GIT_HELD_SLOTS]);
    *slot = (struct git_slot){index, data, size};
    pack->held += size;
}

/* Inflates what is stored of an object: `size` bytes. */
static int inflate(struct git_pack *pack, uint64_t offset, size_t size, uint8_t **ret)
{
    struct assay_error err = {0};
    uint8_t *data = malloc(size + 1);
    size_t have = 0;
    ssize_t n;

    if (!data)
        return -ENOMEM;
    git_input_inflate(pack, offset);
    do {
        /* One byte more, so that the end is met and the checksum looked at. */
        n = pack->inflate->fill(pack->inflate, data + have, size + 1 - have, &err);
        have += n > 0 ? (size_t)n : 0;
    } while (n > 0 && have <= size);
    if (n == 0 && have == size) {
        *ret = data;
        return git_pack_spend(pack, size);
    }
    free(data);
    return n < 0 ? (int)n : -EBADMSG;
}

/* Applies the delta `index` to its base and holds what comes of it. */
static int hold_delta(struct git_pack *pack, uint32_t index, const struct git_slot *base)
{
    const struct git_object *object = &pack->objects[index];
    _cleanup_free_ uint8_t *delta = NULL, *data = NULL;
    struct assay_error err = {0};
    struct git_entry entry;
    int r = git_entry_read(pack, object->offset, &entry, &err);

    if (r == 0 && (entry.size > GIT_HELD_OBJECT || object->size > GIT_HELD_OBJECT))
        r = -EFBIG;
    if (r == 0)
        r = inflate(pack, object->offset + entry.header, (size_t)entry.size, &delta);
    if (r < 0)
        return r;
    data = malloc((size_t)object->size + 1);
    if (!data)
        return -ENOMEM;
    r = git_delta_apply(base->data, base->size, delta, (size_t)entry.size, data,
                        (size_t)object->size);
    if (r == 0)
        r = git_pack_spend(pack, object->size);
    if (r == 0)
        hold(pack, index, ASSAY_TAKE(data), (size_t)object->size);
    return r;
}

static int hold_whole(struct git_pack *pack, uint32_t index)
{
    const struct git_object *object = &pack->objects[index];
    uint8_t *data;
    int r;

    if (object->size > GIT_HELD_OBJECT)
        return -EFBIG;
    r = inflate(pack, object->offset + object->header, (size_t)object->size, &data);
    if (r == 0)
        hold(pack, index, data, (size_t)object->size);
    return r;
}

static bool is_held(struct git_pack *pack, uint32_t index)
{
    struct git_slot *slot = slot_of(pack, index);

    return slot->data && slot->index == index;
}

static int held_make(struct git_pack *pack, uint32_t index)
{
    uint32_t chain[GIT_CHAIN_MAX];
    size_t n = 0;
    int r = 0;

    for (; !is_held(pack, index) && pack->objects[index].base != GIT_NONE_INDEX;
         index = pack->objects[index].base) {
        if (n == GIT_CHAIN_MAX)
            return -E2BIG;
        chain[n++] = index;
    }
    if (!is_held(pack, index))
        r = hold_whole(pack, index);
    while (r == 0 && n) {
        uint32_t next = chain[--n];

        r = hold_delta(pack, next, slot_of(pack, index));
        index = next;
    }
    return r;
}

int git_held_get(struct git_pack *pack, uint32_t index, const uint8_t **ret, const char **ret_why)
{
    int r = held_make(pack, index);

    if (pack->walk->failed < 0)
        return pack->walk->failed;
    if (r == -ENOMEM || r == -EIO)
        return image_walk_damage(pack->walk, NULL, r, NULL);
    *ret_why = r == -EFBIG   ? "a delta, or what one is based on, of more than 64 MiB"
               : r == -E2BIG ? "more than 4096 deltas based on one another"
                             : "a damaged delta";
    if (r == 0)
        *ret = slot_of(pack, index)->data;
    return r == 0 || r == -EFBIG ? r : r == -E2BIG ? -EFBIG : -EBADMSG;
}

void git_held_free(struct git_pack *pack)
{
    for (uint32_t i = 0; i < GIT_HELD_SLOTS; i++)
        slot_empty(pack, &pack->slots[i]);
}
