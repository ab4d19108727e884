#include "image/git/names.h"

#include <assay/encode.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"

#define PATH_MAX_BYTES ((size_t)64 << 10)

/* Ids are digests: their first bytes are as good as a hash. */
static uint32_t *find_slot(const struct git_pack *pack, const uint8_t *id)
{
    uint32_t at = image_be32(id) & pack->by_id_mask;

    while (pack->by_id[at] != GIT_NONE_INDEX &&
           memcmp(git_id(pack, pack->by_id[at]), id, pack->id_size) != 0)
        at = (at + 1) & pack->by_id_mask;
    return &pack->by_id[at];
}

int git_names_open(struct git_pack *pack)
{
    size_t slots = 16;

    while (slots < (size_t)pack->n * 2)
        slots *= 2;
    pack->names = ASSAY_BUF(GIT_NAMES_MAX);
    pack->places = malloc((pack->n + 1) * sizeof(*pack->places));
    pack->by_id = malloc(slots * sizeof(*pack->by_id));
    if (!pack->places || !pack->by_id)
        return image_walk_damage(pack->walk, NULL, -ENOMEM, NULL);
    memset(pack->by_id, 0xff, slots * sizeof(*pack->by_id));
    pack->by_id_mask = (uint32_t)slots - 1;
    for (uint32_t i = 0; i < pack->n; i++) {
        pack->places[i] = (struct git_name){GIT_NONE_INDEX, 0};
        if (pack->objects[i].type != GIT_NONE)
            *find_slot(pack, git_id(pack, i)) = i;
    }
    return 0;
}

void git_names_close(struct git_pack *pack)
{
    free(pack->places);
    free(pack->by_id);
    assay_buf_free(&pack->names);
}

/* A tree is entries of "MODE NAME\0" and an id's bytes. */
bool git_names_take(struct git_pack *pack, uint32_t index, const uint8_t *data, size_t len)
{
    const uint8_t *end = data + len;

    while (data < end) {
        const uint8_t *blank = memchr(data, ' ', (size_t)(end - data));
        const uint8_t *nul = blank ? memchr(blank, 0, (size_t)(end - blank)) : NULL;
        uint32_t child;

        if (!nul || (size_t)(end - nul) <= pack->id_size)
            return false;
        child = *find_slot(pack, nul + 1);
        if (child != GIT_NONE_INDEX && pack->places[child].tree == GIT_NONE_INDEX) {
            uint32_t at = (uint32_t)pack->names.len;

            /* Without room for a name, the id has to do. */
            if (assay_buf_append(&pack->names, blank + 1, (size_t)(nul - blank)) == 0)
                pack->places[child] = (struct git_name){index, at};
        }
        data = nul + 1 + pack->id_size;
    }
    return true;
}

/* Appends /NAME/NAME from the outermost tree inwards. */
static int append_place(struct git_pack *pack, uint32_t index, struct assay_buf *path)
{
    uint32_t steps[GIT_PATH_DEPTH];
    size_t n = 0;
    int r = 0;

    for (; pack->places[index].tree != GIT_NONE_INDEX && n < GIT_PATH_DEPTH;
         index = pack->places[index].tree)
        steps[n++] = pack->places[index].name;
    while (r == 0 && n)
        r = assay_buf_printf(path, "/%s", assay_buf_str(&pack->names) + steps[--n]);
    return r == -EFBIG ? 0 : r;
}

char *git_names_path(struct git_pack *pack, uint32_t index)
{
    struct assay_buf path = ASSAY_BUF(PATH_MAX_BYTES);
    const struct git_object *object = &pack->objects[index];
    char hex[2 * GIT_ID_MAX + 1];
    int r;

    assay_hex_encode(git_id(pack, index), pack->id_size, hex);
    r = assay_buf_printf(&path, "%s/%s", git_type_name(object->type), hex);
    if (r == 0 && object->type == GIT_BLOB)
        r = append_place(pack, index, &path);
    if (r < 0) {
        assay_buf_free(&path);
        return NULL;
    }
    return assay_buf_take(&path);
}
