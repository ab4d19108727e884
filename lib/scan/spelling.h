/* The ways in which the words of a name are written: with their signs and without, in UTF-8 and in
 * Latin-1, in upper case and in lower case. */
#ifndef ASSAY_SCAN_SPELLING_H
#define ASSAY_SCAN_SPELLING_H

#include <stddef.h>
#include <stdint.h>

#define SPELLING_WORDS 16    /* further ones belong to the last */
#define SPELLING_LETTERS 256 /* of a word */
#define SPELLING_TEXT 1024   /* bytes of a spelling at most */

struct spelling_word {
    uint32_t letters[SPELLING_LETTERS]; /* in lower case, composed */
    size_t n;
};

/* How a word is written. ASCII in it is in lower case whatever the style is. */
enum spelling_style {
    SPELLING_BASE, /* without signs: "muller" */
    SPELLING_WIDE, /* "mueller" */
    SPELLING_LOWER,
    SPELLING_TITLE, /* the first letter in upper case, where it has a sign */
    SPELLING_UPPER,
    SPELLING_DECOMPOSED, /* what has no decomposition in lower case, as a title or in upper case */
    SPELLING_DECOMPOSED_TITLE,
    SPELLING_DECOMPOSED_UPPER,
    SPELLING_LATIN1_LOWER,
    SPELLING_LATIN1_TITLE,
    SPELLING_LATIN1_UPPER,
    SPELLING_STYLES,
};

/* Cuts `text` into words at the characters of `separators`. Returns how many there are, 0 also when
 * one is too long. Letters are composed; what is not UTF-8 is taken as Latin-1. */
size_t spelling_words(const char *text, const char *separators,
                      struct spelling_word ret[SPELLING_WORDS]);

/* Writes the word in a style; returns the bytes (at most 4 a letter and SPELLING_TEXT), or 0 where
 * it cannot be written so. */
size_t spelling_write(const struct spelling_word *word, enum spelling_style style,
                      uint8_t ret[SPELLING_TEXT]);

/* The word with "ae", "oe" and "ue" as "ä", "ö" and "ü", whose SPELLING_WIDE it is then. Returns
 * whether there was any. */
int spelling_narrow(const struct spelling_word *word, struct spelling_word *ret);

#endif
