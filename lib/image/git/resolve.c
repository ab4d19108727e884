/* The second way through a pack: every delta on its base, which gives types and ids. */
#include <assay/encode.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/git/pack.h"

int git_forest_visit(struct git_pack *pack, unsigned types, git_visit visit)
{
    for (uint32_t root = 0; root < pack->n; root++) {
        uint32_t at = root;

        if (pack->objects[root].stored >= GIT_OFS_DELTA ||
            !(types & 1u << pack->objects[root].type))
            continue;
        for (;;) {
            int r = visit(pack, at);

            if (r < 0 || pack->full)
                return r;
            if (pack->objects[at].child != GIT_NONE_INDEX) {
                at = pack->objects[at].child;
                continue;
            }
            while (at != root && pack->objects[at].sibling == GIT_NONE_INDEX)
                at = pack->objects[at].base;
            if (at == root)
                break;
            at = pack->objects[at].sibling;
        }
    }
    return 0;
}

/* Computes the id of content. */
static int name_object(struct git_pack *pack, enum git_type type, const uint8_t *data, size_t len,
                       uint8_t *ret)
{
    char header[GIT_HEADER_MAX];

    return assay_digest_again(pack->digest) == 0 &&
                   assay_digest_update(pack->digest, header, git_header_make(type, len, header)) ==
                       0 &&
                   assay_digest_update(pack->digest, data, len) == 0 &&
                   assay_digest_final(pack->digest, ret) == 0
               ? 0
               : image_walk_damage(pack->walk, NULL, -ENOMEM, NULL);
}

static int compare_wanted(const void *a, const void *b, void *ctx)
{
    const struct git_pack *pack = ctx;

    return memcmp(((const struct git_wanted *)a)->id, ((const struct git_wanted *)b)->id,
                  pack->id_size);
}

/* Ties the deltas that named this object to it. */
static void attach_wanted(struct git_pack *pack, uint32_t index)
{
    const uint8_t *id = git_id(pack, index);
    uint32_t low = 0, high = pack->n_wanted;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (memcmp(pack->wanted[middle].id, id, pack->id_size) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < pack->n_wanted && memcmp(pack->wanted[low].id, id, pack->id_size) == 0; low++) {
        struct git_object *delta = &pack->objects[pack->wanted[low].index];

        if (delta->base != GIT_NONE_INDEX) /* the pack holds their base twice */
            return;
        delta->base = index;
        delta->sibling = pack->objects[index].child;
        pack->objects[index].child = pack->wanted[low].index;
    }
}

static int resolve(struct git_pack *pack, uint32_t index)
{
    struct git_object *object = &pack->objects[index];
    const uint8_t *data;
    const char *why;
    int r;

    if (object->base != GIT_NONE_INDEX) {
        enum git_type type = pack->objects[object->base].type;

        if (type == GIT_NONE) {
            git_pack_report(pack, index, UNREAD_CORRUPT, "a delta whose base was not read");
            return 0;
        }
        r = git_held_get(pack, index, &data, &why);
        if (pack->walk->failed < 0)
            return pack->walk->failed;
        if (r < 0) {
            git_pack_report(pack, index, r == -EFBIG ? UNREAD_BUDGET : UNREAD_CORRUPT, why);
            return 0;
        }
        object->type = type;
        r = name_object(pack, type, data, (size_t)object->size, git_id(pack, index));
        if (r < 0)
            return r;
    }
    attach_wanted(pack, index);
    return 0;
}

int git_pack_resolve(struct git_pack *pack)
{
    int r;

    for (uint32_t i = 0; i < pack->n; i++)
        if (pack->objects[i].stored < GIT_OFS_DELTA)
            pack->objects[i].type = pack->objects[i].stored;
    if (pack->n_wanted)
        qsort_r(pack->wanted, pack->n_wanted, sizeof(*pack->wanted), compare_wanted, pack);
    r = git_forest_visit(pack, ~0u, resolve);
    for (uint32_t i = 0; r == 0 && !pack->full && i < pack->n_wanted; i++) {
        const struct git_wanted *wanted = &pack->wanted[i];
        char hex[2 * GIT_ID_MAX + 1], text[128];

        if (pack->objects[wanted->index].base != GIT_NONE_INDEX)
            continue;
        assay_hex_encode(wanted->id, pack->id_size, hex);
        snprintf(text, sizeof(text), "a delta whose base %s is not in the pack", hex);
        git_pack_report(pack, wanted->index, UNREAD_CORRUPT, text);
    }
    return r;
}
