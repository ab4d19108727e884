/* Foreign text made fit to be shown. */
#ifndef ASSAY_TEXT_H
#define ASSAY_TEXT_H

#include <stddef.h>

/* Copies the line of `len` bytes at `line` so that no terminal obeys anything in it: ANSI escape
 * sequences (ECMA-48) and all before the last carriage return are left out, other control
 * characters become '?', tabs stay, what is not UTF-8 becomes U+FFFD. The result is cut to `size`
 * (at a character's border) and ends with a NUL. Returns its length. */
size_t assay_text_clean(const char *line, size_t len, char *ret, size_t size);

#endif
