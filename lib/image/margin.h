/* What a container read from front to back holds beside its entries' content: headers, padding,
 * labels. It is kept while an entry is open and handed over between two. */
#ifndef ASSAY_IMAGE_MARGIN_H
#define ASSAY_IMAGE_MARGIN_H

#include "image/walk.h"

struct image_margin {
    struct image_walk *walk;
    bool wanted;            /* nobody else is given these bytes */
    uint64_t done;          /* bytes of the stream up to here are taken or content */
    struct assay_buf bytes; /* taken and not handed over, one piece after the other, each of */
    struct assay_buf sizes; /* a struct image_margin_piece */
    uint64_t lost;          /* bytes there was no room for */
};

struct image_margin_piece {
    uint64_t offset; /* in the stream */
    size_t len;
};

void image_margin_init(struct image_margin *margin, struct image_walk *walk);

/* Takes what is not taken yet of the stream's bytes up to `end`. `block`, `len` bytes of which the
 * first stands at `at`, is all of the stream that is still at hand. */
void image_margin_take(struct image_margin *margin, uint64_t end, const uint8_t *block, size_t len,
                       uint64_t at);

/* The stream's bytes up to `end` are content. */
void image_margin_content(struct image_margin *margin, uint64_t end);

/* Between two entries: hands over what was taken, once it is worth it or with `last`, as META
 * "(headers)". Returns 0 or what ends the walk. */
int image_margin_tell(struct image_margin *margin, bool last);

void image_margin_free(struct image_margin *margin);

#endif
