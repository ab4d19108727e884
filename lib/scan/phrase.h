/* Phrases: what identities are matched by. A phrase is one or more words in lower case (as
 * text_fold() gives it) with a NUL byte between them; a NUL stands for at most PHRASE_GAP of the
 * separators " .,-_+:()/" and "%20", or for nothing. */
#ifndef ASSAY_SCAN_PHRASE_H
#define ASSAY_SCAN_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHRASE_GAP 3   /* separators between two words */
#define PHRASE_MAX 256 /* bytes of a phrase */
#define PHRASE_NONE SIZE_MAX
#define PHRASE_SEPARATORS " .,-_+:()/"

/* Matches a phrase backwards so that it ends at `end` of `folded`. Returns where it begins, or
 * PHRASE_NONE. Word boundaries are the caller's business. */
size_t phrase_match_back(const uint8_t *phrase, size_t len, const uint8_t *folded, size_t end);

/* Matches a phrase onwards from `at` of `folded`. Returns where it ends, or PHRASE_NONE. */
size_t phrase_match_on(const uint8_t *phrase, size_t phrase_len, const uint8_t *folded, size_t len,
                       size_t at);

/* Cuts `text` into words at separators, folds them and joins them by NUL, beginning with word
 * number `first` (from 0) and ending with the one before it, as "Brandvold, Ottilie" begins with
 * word 1 of "Ottilie Brandvold". Returns the phrase's length, 0 when there is no such word in the
 * text or it is longer than PHRASE_MAX; *ret_words receives the number of words. */
size_t phrase_make(const char *text, size_t first, uint8_t ret[PHRASE_MAX], size_t *ret_words);

/* In which orders a name of `words` words is written: as it stands, the first word last, the last
 * word first. Writes the numbers of the words to begin with to `ret` and returns how many. */
size_t phrase_orders(size_t words, size_t ret[3]);

#endif
