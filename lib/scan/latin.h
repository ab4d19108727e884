/* Letters with signs (é, ü, ł, ß, й): what they are without. */
#ifndef ASSAY_SCAN_LATIN_H
#define ASSAY_SCAN_LATIN_H

#include <stdint.h>

struct latin {
    uint32_t letter;   /* lower case, composed */
    const char *base;  /* UTF-8, without its signs: "u" of ü, "ss" of ß */
    const char *wide;  /* another way to write it without them: "ue" of ü; NULL: none */
    uint32_t marks[2]; /* what follows the base when the letter is decomposed; 0: nothing */
};

/* The row of a letter in lower case, or NULL when it has no sign. */
const struct latin *latin_find(uint32_t letter);

/* The letter composed of `base` and the combining character `mark`, 0 when there is none. */
uint32_t latin_compose(uint32_t base, uint32_t mark);

#endif
