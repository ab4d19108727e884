/* What of some blocks was read, so that the rest can be read as well: bytes that belong to no file
 * are where deleted data stays. */
#ifndef ASSAY_IMAGE_COVER_H
#define ASSAY_IMAGE_COVER_H

#include "image/walk.h"

#define IMAGE_COVER_MAX ((size_t)1 << 22) /* stretches that are kept */

struct image_cover_span {
    uint64_t start, end; /* bytes */
};

/* Begins as {0}. */
struct image_cover {
    struct image_cover_span *spans;
    size_t n, cap;
    bool unsorted;
};

/* Notes that [start, end) was read. What cannot be kept (memory, IMAGE_COVER_MAX) counts as not
 * read, and is read once more. */
void image_cover_add(struct image_cover *cover, uint64_t start, uint64_t end);

/* Whether all of [start, end) was noted. */
bool image_cover_has(struct image_cover *cover, uint64_t start, uint64_t end);

/* Hands over what of `blocks` was not noted and is not zeros, as one entry `path` of type FREE. */
int image_cover_rest(struct image_cover *cover, struct image_walk *walk, struct blocks *blocks,
                     const char *path);

/* The same of a file system whose files' content was noted, in two entries of type FREE: "(slack)"
 * for what lies in space that is in use, then "(free)" for what lies in that noted as `unused`.
 * `content` is used up. */
int image_cover_both(struct image_cover *content, const struct image_cover *unused,
                     struct image_walk *walk, struct blocks *blocks);

/* Sorts what was noted, as image_cover_gaps() needs it. */
void image_cover_sort(struct image_cover *cover);

/* Calls `tell` for every stretch below `size` that was not noted. */
void image_cover_gaps(const struct image_cover *cover, uint64_t size,
                      void (*tell)(void *ctx, uint64_t start, uint64_t end), void *ctx);

/* Of a sorted cover: the next stretch from *at on, and below `size`, that was not noted; *span
 * counts the spans that were passed, *at moves behind the
 * stretch. Returns false at the end. */
bool image_cover_gap(const struct image_cover *cover, uint64_t size, size_t *span, uint64_t *at,
                     struct image_cover_span *ret);

/* Where the last of what was noted ends; 0 when nothing was. */
uint64_t image_cover_end(const struct image_cover *cover);

void image_cover_free(struct image_cover *cover);

#endif
