/* How near two names are: what "did you mean" is made of. */
#ifndef ASSAY_BASE_NEAREST_H
#define ASSAY_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_LENGTH 96 /* bytes of a name that is looked at */

/* Edits (insertions, deletions, exchanges of one byte: Levenshtein's distance) that make `b` of
 * `a`; SIZE_MAX when either is longer than NEAREST_LENGTH. */
size_t nearest_edits(const char *a, const char *b);

#endif
