/* zisofs: a file in blocks that are packed one by one, behind a header and a table of their places.
 */
#ifndef ASSAY_IMAGE_ISO_ZISOFS_H
#define ASSAY_IMAGE_ISO_ZISOFS_H

#include "image/iso/iso.h"
#include "source/inflate.h"

struct zisofs {
    struct content content;
    struct blocks *blocks;
    struct iso_extent extent;
    uint64_t table; /* in the image */
    size_t block;   /* bytes in a block when it is unpacked */
    uint64_t at;    /* bytes of content that are behind */
    struct source_inflate *inflate;
    uint8_t *packed, *out;
    size_t packed_size;
};

/* The content of a packed file of `size` bytes that lies in `extent`; `packed` as in iso_record.
 * Damage is for content.next to tell. Returns 0 or -ENOMEM. */
int zisofs_open(struct blocks *blocks, const struct iso_extent *extent, const uint8_t packed[2],
                uint64_t size, struct zisofs **ret);
void zisofs_close(struct zisofs *zisofs);

#endif
