/* Windows of content that were matched before and hold nothing.
 *
 * A window is known again by a tag over all that its matching depends on: its bytes, which of them
 * are its own, and whether the content begins or ends with it. Nobody can make a window that holds
 * a secret and has the tag of a clean one without knowing the key: GHASH of the bytes (a universal
 * hash: two given windows collide with a probability of at most 2^-113), encrypted with AES, so
 * that tags tell nothing of it (Carter and Wegman; the hash is that of GMAC, NIST SP 800-38D). Only
 * tags of clean windows are kept: no finding, no secret, no path.
 *
 * Keys and names of what is kept are made of the rules, the identities, the libraries' versions and
 * the program itself: another of any of these knows no window. */
#ifndef ASSAY_SCAN_SEEN_H
#define ASSAY_SCAN_SEEN_H

#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan/store.h"

#define SEEN_TAG 16                /* bytes */
#define SEEN_PREFIX "seen-"        /* of the names of what is kept */
#define SEEN_LEAST 512             /* bytes; less is matched faster than known again */
#define SEEN_KEPT_MAX (768u << 10) /* tags kept from one audit to the next: 12 MiB */
#define SEEN_MAX (1024u << 10)     /* tags known in one audit */

#define SEEN_BEGIN 1u /* the content, or what follows a hole, begins with the window */
#define SEEN_FIRST 2u /* the entry begins with the window */
#define SEEN_ODD 8u   /* the window begins at an odd offset: UTF-16 may be read either way */
#define SEEN_END 4u   /* the content ends with the window, or a hole follows */

struct seen;

/* What was seen with these rules and identities: in this audit and, with a `store`, in earlier
 * ones. NULL when memory ran out or libcrypto failed: every window is matched then. */
struct seen *seen_new(const json_t *rules, const json_t *identities,
                      const struct scan_store *store);
struct seen *seen_free(struct seen *seen);

struct seen_window {
    const uint8_t *data;
    uint32_t len;
    uint32_t low, high; /* of its bytes, those whose matches are the window's own end in (low, high]
                         */
    uint32_t flags;     /* SEEN_* */
};

/* The tag of a window. 0 or -EIO. */
int seen_tag(struct seen *seen, const struct seen_window *window, uint8_t ret[SEEN_TAG]);

bool seen_has(const struct seen *seen, const uint8_t tag[SEEN_TAG]);

/* Notes a clean window; past SEEN_MAX nothing more is noted. */
void seen_add(struct seen *seen, const uint8_t tag[SEEN_TAG]);

/* Writes the tags that were noted to the file `fd`. Returns how many, or a negative errno. */
ssize_t seen_write(const struct seen *seen, int fd);

/* Makes the bytes to be kept: what is kept in `kept` (-1: nothing) under `name`, and the tags in
 * `added`, as seen_write() wrote them; when these are too many, the oldest go. 0 with malloc'd
 * bytes, or a negative errno. */
int seen_merge(int kept, int added, const uint8_t *key, const char *name, uint8_t **ret,
               size_t *ret_len);

#endif
