/* The one place where content is looked into: its head is collected, its format found out, and the
 * rest streamed on, while the visitor is given the very same pieces. */
#ifndef ASSAY_IMAGE_SNIFF_H
#define ASSAY_IMAGE_SNIFF_H

#include "image/format.h"

struct sniff {
    struct stream stream; /* the content without holes: zeros are filled in */
    struct image_walk *walk;
    struct content *content;
    bool visit; /* pieces go to the visitor as bytes of `level` */
    unsigned level;
    struct image_head head;
    uint8_t *copy; /* the head, when no one piece holds it; owned */
    bool head_lent, ended;
    uint64_t at;         /* dense bytes lent up to now */
    const uint8_t *data; /* the piece at hand: */
    size_t len;
    uint64_t offset;
    int failed; /* the content's error, which ends it */
    struct assay_error err;
};

/* Collects the head. Returns 0, also when the content failed (then `failed` is set and what came
 * before is still to be had), or -ENOMEM and the visitor's errors. */
int sniff_open(struct sniff *sniff, struct image_walk *walk, struct content *content, bool visit,
               unsigned level);
void sniff_close(struct sniff *sniff);

/* Reads on to the end, the visitor told. Returns 0 or what ends the walk; damage is in `failed`. */
int sniff_drain(struct sniff *sniff);

#endif
