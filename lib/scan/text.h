/* What counts as a word, as a letter's other case and as printable, in bytes that are mostly UTF-8.
 *
 * Letters and digits of every script make words; "_", "-", ".", "/", "@" and all other characters
 * end them, and so do bytes that are not UTF-8, so that names stand out in binaries too. */
#ifndef ASSAY_SCAN_TEXT_H
#define ASSAY_SCAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the UTF-8 character at `text`; returns its bytes, or 0 when there is none (RFC 3629). */
size_t text_decode(const uint8_t *text, size_t left, uint32_t *ret);

/* Writes the character in UTF-8; returns its bytes. */
size_t text_encode(uint32_t c, uint8_t ret[4]);

/* The character in lower case, or in upper case, where it has one; else itself. */
uint32_t text_lower(uint32_t c);
uint32_t text_upper(uint32_t c);

/* True when the character that ends right before `at`, or the one that starts at `at`, is a letter
 * or a digit; false at the text's ends. */
bool text_word_before(const uint8_t *text, size_t at);
bool text_word_after(const uint8_t *text, size_t len, size_t at);

/* Writes `len` bytes of `text` to `ret` in lower case, byte for byte: ASCII, and those two-byte
 * characters whose lower case has two bytes as well (Latin, Greek, Cyrillic). */
void text_fold(const uint8_t *text, size_t len, uint8_t *ret);

/* Length of the run of printable bytes around [start, end), looking at most `limit` bytes to each
 * side; *ret_whole tells whether it reaches both ends of the text. */
size_t text_printable_run(const uint8_t *text, size_t len, size_t start, size_t end, size_t limit,
                          bool *ret_whole);

#endif
