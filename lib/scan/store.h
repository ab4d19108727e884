/* Where the matcher keeps from one audit to the next what takes long to make. Nothing in it is
 * needed: what is missing, cut or tampered with is made anew. */
#ifndef ASSAY_SCAN_STORE_H
#define ASSAY_SCAN_STORE_H

#include <stdint.h>

#include <assay/digest.h>

#define SCAN_STORE_NAME_MAX 80 /* bytes of a name: a-z, 0-9 and "-" */

struct scan_store {
    /* Opens what is kept under `name` for reading. 0 with a descriptor, or a negative errno. */
    int (*open)(void *ctx, const char *name, int *ret);
    /* Makes an empty file that will be kept under `name`. 0 with a descriptor, or a negative errno.
     */
    int (*create)(void *ctx, const char *name, int *ret);
    void *ctx;
    const uint8_t *key; /* FINDING_KEY_SIZE bytes; what is kept is encrypted under it */
};

#endif
