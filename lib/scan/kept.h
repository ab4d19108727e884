/* The form of what is kept in a store (scan/store.h): a head, then bytes encrypted by AES-256-GCM
 * under a key derived from the installation's, and their name authenticated with them. So they can
 * be trusted, and the identities that stand in a database are not found by looking through files.
 */
#ifndef ASSAY_SCAN_KEPT_H
#define ASSAY_SCAN_KEPT_H

#include <stddef.h>

#include "scan/store.h"

/* HMAC-SHA-256 under the installation's key (FINDING_KEY_SIZE bytes) of `use` and `len` bytes of
 * `data`: keys and names for one use, which tell nothing of one another. 0 or -EIO. */
int kept_derive(const uint8_t *key, const char *use, const void *data, size_t len,
                uint8_t ret[ASSAY_SHA256_SIZE]);

/* Reads the file in `fd`, that is kept under `name`, whole: at most `max` bytes. 0 with malloc'd
 * bytes that hold; -EBADMSG when they do not, -ENOMEM. */
int kept_read(int fd, const uint8_t *key, const char *name, size_t max, uint8_t **ret,
              size_t *ret_len);

/* Writes the empty file `fd`, that will be kept under `name`. 0 or a negative errno. */
int kept_write(int fd, const uint8_t *key, const char *name, const void *data, size_t len);

#endif
