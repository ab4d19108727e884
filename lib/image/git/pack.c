/* A pack from its header to its trailer. */
#include "image/git/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/git/names.h"

#define STREAMED ((uint64_t)1 << 20) /* bytes from which on a blob stored whole is not held */

struct blob_content {
    struct content content;
    struct git_pack *pack;
    uint64_t at;
};

static int blob_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                     uint64_t *ret_offset, struct assay_error *err)
{
    struct blob_content *blob = (struct blob_content *)content;
    struct git_pack *pack = blob->pack;
    ssize_t n = pack->inflate->fill(pack->inflate, pack->scratch, GIT_SCRATCH, err);

    if (n <= 0)
        return (int)n;
    if (git_pack_spend(pack, (uint64_t)n) < 0)
        return pack->walk->failed;
    *ret = pack->scratch;
    *ret_len = (size_t)n;
    *ret_offset = blob->at;
    blob->at += (uint64_t)n;
    return 1;
}

/* Content in memory, lent in one piece. */
struct held_content {
    struct content content;
    const uint8_t *data; /* NULL once it was lent */
};

static int held_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                     uint64_t *ret_offset, struct assay_error *err)
{
    struct held_content *held = (struct held_content *)content;

    (void)err;
    if (!held->data || !content->size)
        return 0;
    *ret = held->data;
    *ret_len = (size_t)content->size;
    *ret_offset = 0;
    held->data = NULL;
    return 1;
}

/* Hands over an object whose content is at hand; NULL: a blob that is inflated piece by piece. */
static int tell(struct git_pack *pack, uint32_t index, const uint8_t *data)
{
    const struct git_object *object = &pack->objects[index];
    struct entry entry = {.type = ENTRY_FILE, .uid = -1, .gid = -1, .size = (int64_t)object->size};
    struct blob_content blob = {.content = {.size = object->size, .next = blob_next}, .pack = pack};
    struct held_content held = {.content = {.size = object->size, .next = held_next}, .data = data};
    _cleanup_free_ char *path = git_names_path(pack, index);

    if (!path)
        return image_walk_damage(pack->walk, NULL, -ENOMEM, NULL);
    if (object->type != GIT_BLOB)
        return image_walk_meta(pack->walk, path, data, (size_t)object->size);
    entry.path = path;
    if (data)
        return image_walk_file(pack->walk, &entry, &held.content);
    git_input_inflate(pack, object->offset + object->header);
    return image_walk_file(pack->walk, &entry, &blob.content);
}

static int tell_object(struct git_pack *pack, uint32_t index)
{
    const struct git_object *object = &pack->objects[index];
    const uint8_t *data = NULL;
    const char *why;
    int r;

    if (object->type == GIT_NONE) /* reported */
        return 0;
    if (object->type == GIT_BLOB && object->base == GIT_NONE_INDEX && object->size > STREAMED &&
        (object->child == GIT_NONE_INDEX || object->size > GIT_HELD_OBJECT))
        return tell(pack, index, NULL);
    r = git_held_get(pack, index, &data, &why);
    if (pack->walk->failed < 0)
        return pack->walk->failed;
    if (r < 0) {
        git_pack_report(pack, index, r == -EFBIG ? UNREAD_BUDGET : UNREAD_CORRUPT, why);
        return 0;
    }
    if (object->type == GIT_TREE && !git_names_take(pack, index, data, (size_t)object->size))
        git_pack_report(pack, index, UNREAD_CORRUPT, "a damaged tree");
    return tell(pack, index, data);
}

static int tell_all(struct git_pack *pack)
{
    int r = git_names_open(pack);

    if (r == 0)
        r = git_forest_visit(pack, 1u << GIT_COMMIT | 1u << GIT_TAG | 1u << GIT_TREE, tell_object);
    if (r == 0 && !pack->full)
        r = git_forest_visit(pack, 1u << GIT_BLOB, tell_object);
    git_names_close(pack);
    return r;
}

/* Whether the last bytes are the digest of all before them. Returns 1, 0, or a negative errno. */
static int trailer_fits(struct git_pack *pack, enum assay_digest_kind kind, size_t id_size,
                        struct assay_error *err)
{
    _cleanup_digest_ struct assay_digest *digest = assay_digest_new(kind);
    uint64_t end = pack->blocks->size - id_size;
    uint8_t told[GIT_ID_MAX], made[GIT_ID_MAX];
    int r = digest ? 0 : -ENOMEM;

    for (uint64_t at = 0; r == 0 && at < end;) {
        size_t len = end - at < GIT_SCRATCH ? (size_t)(end - at) : GIT_SCRATCH;

        r = blocks_read(pack->blocks, pack->scratch, len, at, err);
        if (r == 0)
            r = assay_digest_update(digest, pack->scratch, len);
        if (r == 0)
            r = git_pack_spend(pack, 0);
        at += len;
    }
    if (r == 0)
        r = blocks_read(pack->blocks, told, id_size, end, err);
    if (r == 0)
        r = assay_digest_final(digest, made);
    return r < 0 ? r : memcmp(told, made, id_size) == 0;
}

/* Finds out the length of ids. A repository's packs are all of SHA-1 or all of SHA-256, and a pack
 * does not say of which: its trailer does. */
static int pack_begin(struct git_pack *pack)
{
    struct assay_error err = {0};
    enum assay_digest_kind kind = ASSAY_SHA1;
    int r = git_input_open(pack);

    pack->id_size = 20;
    if (r == 0)
        r = trailer_fits(pack, ASSAY_SHA1, 20, &err);
    if (r == 0) {
        r = trailer_fits(pack, ASSAY_SHA256, 32, &err);
        if (r > 0) {
            pack->id_size = 32;
            kind = ASSAY_SHA256;
        }
    }
    if (r < 0)
        return image_walk_damage(pack->walk, NULL, r, &err);
    pack->intact = r > 0;
    if (!pack->intact)
        image_walk_unread(pack->walk, NULL, UNREAD_CORRUPT,
                          "the pack's checksum is not that of its bytes");
    /* Where a cut pack has no trailer, its objects may go on to the end. */
    pack->input.end = pack->blocks->size - (pack->intact ? pack->id_size : 0);
    pack->digest = assay_digest_new(kind);
    return pack->digest ? 0 : image_walk_damage(pack->walk, NULL, -ENOMEM, NULL);
}

static void pack_free(struct git_pack *pack)
{
    git_held_free(pack);
    git_input_close(pack);
    assay_digest_free(pack->digest);
    free(pack->objects);
    free(pack->ids);
    free(pack->wanted);
    free(pack);
}

int image_git_pack_walk(struct image_walk *walk, struct blocks *blocks)
{
    struct git_pack *pack = calloc(1, sizeof(*pack));
    int r;

    if (!pack)
        return image_walk_damage(walk, NULL, -ENOMEM, NULL);
    pack->walk = walk;
    pack->blocks = blocks;
    r = pack_begin(pack);
    if (r == 0 && pack->digest)
        r = git_pack_index(pack);
    git_input_scatter(pack);
    if (r == 0)
        r = git_pack_resolve(pack);
    if (r == 0)
        r = tell_all(pack);
    if (r == 0 && pack->reports > GIT_REPORTS_MAX)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT, "%u more objects could not be read",
                          pack->reports - GIT_REPORTS_MAX);
    pack_free(pack);
    if (r == 0 && !walk->shown)
        r = image_walk_raw(walk, blocks, "(raw)", ENTRY_META, NULL);
    return r;
}
