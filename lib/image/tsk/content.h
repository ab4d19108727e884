/* Content of an attribute that The Sleuth Kit found. */
#ifndef ASSAY_IMAGE_TSK_CONTENT_H
#define ASSAY_IMAGE_TSK_CONTENT_H

#include "image/cover.h"
#include "image/tsk/tsk.h"

/* Where TSK's map of the content can be followed, it is read in large pieces from the blocks
 * themselves, and holes are left out; through TSK only what it has to unpack: resident and
 * compressed content. */
struct tsk_content {
    struct content content;
    struct blocks *blocks;
    const TSK_FS_ATTR *attr;
    const TSK_FS_ATTR_RUN *run; /* at hand, and `done` bytes of it are read */
    uint64_t done, at;          /* `at`: end of what was handed over */
    uint64_t mapped;            /* blocks up to the end of the runs gone through */
    uint64_t stored;            /* bytes that have a place: the rest is zeros */
    uint64_t deadline;          /* assay_clock_ms() */
    uint8_t *piece;             /* IMAGE_PIECE bytes, lent */
    struct image_cover *cover;  /* what was handed over is noted here; lent, may be NULL */
    bool guess;                 /* a deleted file's: what cannot be read is not damage */
    int damage;                 /* told at the end */
    struct assay_error err;
};

void tsk_content_open(struct tsk_content *content, struct blocks *blocks, const TSK_FS_ATTR *attr,
                      uint8_t *piece, uint64_t deadline);

/* Whether no block that holds the content is in use, and there is one. */
bool tsk_content_is_free(const TSK_FS_ATTR *attr);

#endif
