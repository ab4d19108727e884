/* The catalog of boot images. */
#ifndef ASSAY_IMAGE_ISO_BOOT_H
#define ASSAY_IMAGE_ISO_BOOT_H

#include "image/iso/iso.h"

#define ISO_BOOT_MAX 64

struct iso_boot {
    /* Sizes are what the firmware loads: 0 and less than the image has are both common. */
    struct iso_extent images[ISO_BOOT_MAX];
    size_t n;
    bool more; /* than fit, or than the catalog at hand holds */
};

/* Reads the catalog, of which `len` bytes are at hand. Returns false for what is none: the
 * validation entry's checksum and key are wrong. */
bool iso_boot_parse(const uint8_t *data, size_t len, struct iso_boot *ret);

#endif
