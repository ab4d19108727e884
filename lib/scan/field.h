/* Fields of fixed size in well-known binary structures: what stands in one begins and ends where it
 * does, whatever letters stand next to it by chance. */
#ifndef ASSAY_SCAN_FIELD_H
#define ASSAY_SCAN_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a field begins at `at` of `text`: the user of a login record, the label of an ext file
 * system or a swap area, the comment of a zip's member. */
bool field_begins(const uint8_t *text, size_t at);

/* Whether one ends there: a zip's structure begins. */
bool field_ends(const uint8_t *text, size_t len, size_t at);

#endif
