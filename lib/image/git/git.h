/* git's objects: those in a pack (gitformat-pack(5)) and loose ones. */
#ifndef ASSAY_IMAGE_GIT_GIT_H
#define ASSAY_IMAGE_GIT_GIT_H

#include "image/walk.h"

enum git_type {
    GIT_NONE,
    GIT_COMMIT,
    GIT_TREE,
    GIT_BLOB,
    GIT_TAG,
    GIT_OFS_DELTA = 6, /* its base stands at an offset of the same pack */
    GIT_REF_DELTA,     /* its base is named */
};

#define GIT_ID_MAX 32     /* bytes of an object's id: 20 of SHA-1, 32 of SHA-256 */
#define GIT_HEADER_MAX 32 /* of a loose object: its type, a blank, its size, NUL */

/* "commit", "tree", "blob" or "tag". */
const char *git_type_name(enum git_type type);

/* Takes the header of a loose object in `data`: "TYPE SIZE\0" (gitformat-loose(5)), the form in
 * which ids are computed as well. Returns its bytes, 0 when it is none. */
size_t git_header_parse(const uint8_t *data, size_t len, enum git_type *ret_type,
                        uint64_t *ret_size);

/* Makes such a header. Returns its bytes. */
size_t git_header_make(enum git_type type, uint64_t size, char ret[GIT_HEADER_MAX]);

/* Reads a number of a delta (7 bits a byte, the lowest first) and moves *data on. False when it
 * does not end within the data or 64 bits. */
bool git_delta_number(const uint8_t **data, const uint8_t *end, uint64_t *ret);

/* Applies a delta to its base: `ret` takes exactly `ret_size` bytes, the size that the delta itself
 * tells second. Returns 0 or -EBADMSG. */
int git_delta_apply(const uint8_t *base, size_t base_size, const uint8_t *delta, size_t delta_size,
                    uint8_t *ret, size_t ret_size);

/* The format table's functions. */
int image_git_pack_walk(struct image_walk *walk, struct blocks *blocks);
int image_git_loose_stream(struct image_walk *walk, struct stream *in);

/* Whether the data begins like a loose object: deflated, and a header when inflated. */
bool image_git_loose_probe(const uint8_t *data, size_t len);

#endif
