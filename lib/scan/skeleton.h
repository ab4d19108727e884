/* Text as its bare letters: in lower case and without the signs on them, so that what was written
 * as "José", "JOSE", "José" with a combining accent or in Latin-1 is all the same. */
#ifndef ASSAY_SCAN_SKELETON_H
#define ASSAY_SCAN_SKELETON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKELETON_TEXT 2048 /* bytes of text taken at once */

struct skeleton {
    size_t len;
    uint8_t text[2 * SKELETON_TEXT];
    uint16_t at[2 * SKELETON_TEXT + 1]; /* of each byte, and of the end: where in the text the
                                           character begins that it comes from */
};

/* Makes the skeleton of `len` (at most SKELETON_TEXT) bytes of `text`. Letters lose their signs
 * (é: e), with `wide` to two letters where that is a custom (ü: ue, å: aa); combining characters
 * are skipped; blanks and dashes of all kinds are " " and "-". Bytes that are no UTF-8 are taken as
 * Latin-1. */
void skeleton_make(const uint8_t *text, size_t len, bool wide, struct skeleton *ret);

/* The first place of the skeleton that comes from `at` of the text or what is behind it. */
size_t skeleton_find(const struct skeleton *skeleton, size_t at);

#endif
