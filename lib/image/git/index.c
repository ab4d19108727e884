/* The first way through a pack: where its objects lie, and the ids of those stored whole. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"
#include "image/git/pack.h"

#define PACK_HEADER 12
#define ENTRY_MAX 64  /* bytes before the deflated data: at most 10 + 32 */
#define ENTRY_MIN 9   /* bytes of an object: one of header, an empty zlib stream */
#define DELTA_HEAD 20 /* bytes of a delta that hold its two sizes */

/* The type's and size's own form (gitformat-pack(5), "Object types"): 3 bits of type and 4 of size
 * in the first byte, 7 of size in each one after. */
static int read_size(const uint8_t *data, size_t len, size_t *at, struct git_entry *ret)
{
    unsigned shift = 4;
    uint8_t byte;

    if (!len)
        return -EBADMSG;
    byte = data[(*at)++];
    ret->stored = byte >> 4 & 7;
    ret->size = byte & 15;
    while (byte & 0x80) {
        if (*at == len || shift > 56)
            return -EBADMSG;
        byte = data[(*at)++];
        ret->size |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    }
    return 0;
}

/* The offset of an OFS_DELTA's base: 7 bits a byte, the highest first, 1 added between two. */
static int read_back(const uint8_t *data, size_t len, size_t *at, struct git_entry *ret)
{
    uint8_t byte = 0x80;

    ret->back = 0;
    for (unsigned i = 0; byte & 0x80; i++) {
        if (*at == len || i == 8)
            return -EBADMSG;
        byte = data[(*at)++];
        ret->back = (i ? ret->back + 1 : 0) << 7 | (byte & 0x7f);
    }
    return 0;
}

int git_entry_read(struct git_pack *pack, uint64_t offset, struct git_entry *ret,
                   struct assay_error *err)
{
    const uint8_t *data;
    size_t len, at = 0;
    int r = git_input_peek(pack, offset, ENTRY_MAX, &data, &len, err);

    if (r == 0)
        r = read_size(data, len, &at, ret);
    if (r < 0)
        return r;
    switch (ret->stored) {
    case GIT_COMMIT:
    case GIT_TREE:
    case GIT_BLOB:
    case GIT_TAG:
        break;
    case GIT_OFS_DELTA:
        r = read_back(data, len, &at, ret);
        break;
    case GIT_REF_DELTA:
        if (len - at < pack->id_size)
            return -EBADMSG;
        memcpy(ret->base, data + at, pack->id_size);
        at += pack->id_size;
        break;
    default:
        return -EBADMSG;
    }
    ret->header = at;
    return r;
}

static bool is_delta(const struct git_entry *entry)
{
    return entry->stored >= GIT_OFS_DELTA;
}

/* The first bytes of a delta: its base's size and its own. */
struct delta_head {
    uint8_t data[DELTA_HEAD];
    size_t len;
};

static void keep_head(struct delta_head *head, const uint8_t *data, size_t len)
{
    size_t room = DELTA_HEAD - head->len;

    len = len < room ? len : room;
    memcpy(head->data + head->len, data, len);
    head->len += len;
}

static bool head_size(const struct delta_head *head, uint64_t *ret)
{
    const uint8_t *at = head->data, *end = head->data + head->len;
    uint64_t base;

    return git_delta_number(&at, end, &base) && git_delta_number(&at, end, ret);
}

/* Inflates an object to find its end, its size, and its id unless it is a delta. */
static int index_content(struct git_pack *pack, const struct git_entry *entry, uint32_t index,
                         struct assay_error *err)
{
    struct git_object *object = &pack->objects[index];
    struct delta_head head = {.len = 0};
    char header[GIT_HEADER_MAX];
    uint64_t made = 0;
    ssize_t n;

    object->size = entry->size;
    if (!is_delta(entry) &&
        (assay_digest_again(pack->digest) < 0 ||
         assay_digest_update(pack->digest, header,
                             git_header_make(entry->stored, entry->size, header)) < 0))
        return -ENOMEM;
    git_input_inflate(pack, object->offset + entry->header);
    while ((n = pack->inflate->fill(pack->inflate, pack->scratch, GIT_SCRATCH, err)) > 0) {
        made += (uint64_t)n;
        if (made > entry->size)
            break;
        if (is_delta(entry))
            keep_head(&head, pack->scratch, (size_t)n);
        else if (assay_digest_update(pack->digest, pack->scratch, (size_t)n) < 0)
            return -ENOMEM;
        if (git_pack_spend(pack, (uint64_t)n) < 0 || pack->full)
            return -ECANCELED;
    }
    if (n < 0)
        return (int)n;
    if (made != entry->size)
        return assay_error_set(err, EBADMSG, "an object's size is not the one it tells");
    if (is_delta(entry) && !head_size(&head, &object->size))
        return assay_error_set(err, EBADMSG, "a delta without sizes");
    return is_delta(entry) || assay_digest_final(pack->digest, git_id(pack, index)) == 0 ? 0
                                                                                         : -ENOMEM;
}

/* The object that begins at `offset`, among those before `index`. */
static uint32_t find_offset(const struct git_pack *pack, uint32_t index, uint64_t offset)
{
    uint32_t low = 0, high = index;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (pack->objects[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index && pack->objects[low].offset == offset ? low : GIT_NONE_INDEX;
}

static int want_base(struct git_pack *pack, uint32_t index, const uint8_t *id)
{
    if (pack->n_wanted == pack->cap_wanted) {
        uint32_t cap = pack->cap_wanted ? pack->cap_wanted * 2 : 256;
        struct git_wanted *more = reallocarray(pack->wanted, cap, sizeof(*more));

        if (!more)
            return -ENOMEM;
        pack->wanted = more;
        pack->cap_wanted = cap;
    }
    memcpy(pack->wanted[pack->n_wanted].id, id, pack->id_size);
    pack->wanted[pack->n_wanted++].index = index;
    return 0;
}

/* Ties a delta to its base. */
static int index_base(struct git_pack *pack, const struct git_entry *entry, uint32_t index)
{
    struct git_object *object = &pack->objects[index];

    if (entry->stored == GIT_REF_DELTA)
        return want_base(pack, index, entry->base);
    if (entry->stored != GIT_OFS_DELTA)
        return 0;
    object->base = entry->back && entry->back < object->offset
                       ? find_offset(pack, index, object->offset - entry->back)
                       : GIT_NONE_INDEX;
    if (object->base == GIT_NONE_INDEX) {
        git_pack_report(pack, index, UNREAD_CORRUPT, "a delta whose base is no object");
        return 0;
    }
    object->sibling = pack->objects[object->base].child;
    pack->objects[object->base].child = index;
    return 0;
}

/* Counts an object of `size` bytes at `offset`. Deltas say what they come to: a pack of bombs is
 * known before they go off. */
static int count_size(struct git_pack *pack, uint64_t size, uint64_t offset)
{
    uint64_t ratio = pack->walk->budget->ratio ? pack->walk->budget->ratio : 1;

    if (!__builtin_add_overflow(pack->sum, size, &pack->sum) &&
        (pack->sum <= IMAGE_RATIO_FLOOR || pack->sum / ratio <= pack->blocks->size))
        return 0;
    image_walk_unread(pack->walk, NULL, UNREAD_BUDGET,
                      "the objects expand to more than %" PRIu64 " times the pack's size: those "
                      "from byte %" PRIu64 " on were not read",
                      ratio, offset);
    return -EFBIG;
}

/* Takes the object at *offset and moves that behind it. -EFBIG: it would pass a budget, which was
 * reported. */
static int index_object(struct git_pack *pack, uint64_t *offset, struct assay_error *err)
{
    uint32_t index = pack->n;
    struct git_entry entry;
    int r = git_entry_read(pack, *offset, &entry, err);

    if (r < 0)
        return r;
    pack->objects[index] = (struct git_object){.offset = *offset,
                                               .base = GIT_NONE_INDEX,
                                               .child = GIT_NONE_INDEX,
                                               .sibling = GIT_NONE_INDEX,
                                               .stored = entry.stored,
                                               .header = (uint8_t)entry.header};
    r = index_content(pack, &entry, index, err);
    if (r == 0)
        r = count_size(pack, pack->objects[index].size, *offset);
    if (r == 0)
        r = index_base(pack, &entry, index);
    if (r < 0)
        return r;
    *offset += entry.header + pack->inflate->in;
    pack->n++;
    return 0;
}

static int index_objects(struct git_pack *pack, uint32_t count, uint32_t cap)
{
    uint64_t offset = PACK_HEADER;
    struct assay_error err = {0};
    int r = 0;

    while (r == 0 && pack->n < count && pack->n < cap)
        r = index_object(pack, &offset, &err);
    if (pack->walk->failed < 0)
        return pack->walk->failed;
    if (r == -ENOMEM || r == -EIO)
        return image_walk_damage(pack->walk, NULL, r, &err);
    if (pack->full || r == -EFBIG) /* reported */
        return 0;
    if (r < 0 || (pack->n < count && cap < GIT_OBJECTS_MAX))
        image_walk_unread(pack->walk, NULL, UNREAD_CORRUPT,
                          "damaged at byte %" PRIu64 ": %" PRIu32 " of %" PRIu32
                          " objects were read%s%s",
                          offset, pack->n, count, err.code ? ": " : "", err.code ? err.text : "");
    else if (pack->n < count)
        image_walk_unread(pack->walk, NULL, UNREAD_BUDGET,
                          "more than %" PRIu32 " objects: those from byte %" PRIu64
                          " on were not read",
                          cap, offset);
    else if (pack->intact && offset != pack->blocks->size - pack->id_size)
        image_walk_unread(pack->walk, NULL, UNREAD_CORRUPT,
                          "bytes stand between the last object and the pack's checksum");
    return 0;
}

int git_pack_index(struct git_pack *pack)
{
    uint64_t most = pack->blocks->size / ENTRY_MIN + 1;
    struct assay_error err = {0};
    uint8_t header[PACK_HEADER];
    uint32_t count, cap;
    int r = blocks_read(pack->blocks, header, sizeof(header), 0, &err);

    if (r < 0)
        return image_walk_damage(pack->walk, NULL, r, &err);
    count = image_be32(header + 8);
    cap = most < GIT_OBJECTS_MAX ? (uint32_t)most : GIT_OBJECTS_MAX;
    cap = count < cap ? count : cap;
    pack->objects = calloc(cap + 1, sizeof(*pack->objects));
    pack->ids = calloc(cap + 1, pack->id_size);
    if (!pack->objects || !pack->ids)
        return image_walk_damage(pack->walk, NULL, -ENOMEM, NULL);
    return index_objects(pack, count, cap);
}
