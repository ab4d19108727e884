/* Decoding: text that stands encoded in content (UTF-16, base64, hex, percent-encoding, JSON's and
 * C's escapes; gzip and zlib inside of base64 and hex) is found and matched like the content
 * itself.
 *
 * Every encoding is one file in scan/decode/ and one row of the table in decode.c. What is
 * guaranteed: a run of an encoding is found wherever it stands and wherever content is cut, if
 *  - UTF-16: eight ASCII characters stand in a row in it, or the content begins with a byte order
 *    mark;
 *  - base64, hex: twelve and ten bytes of ASCII stand in a row in the decoded text (for base64, on
 *    a multiple of three from its beginning), or it is gzip or zlib in base64; it may be wrapped,
 * and stand behind other characters of the same alphabet;
 *  - percent, escape: always; of its line 128 bytes before the first escape are part of it.
 * Decoded text is decoded once more (DECODE_LEVELS), and gzip does not count. A finding's place is
 * where the outermost run begins, with the names of the decodings from the outside in.
 *
 * Who drives a stream calls decode_begin() where a stretch of content begins, and then
 * decode_window() for every window in order. Windows own their bytes: (low, high] of one follows
 * that of the one before, and SCAN_REACH bytes to either side of them are in memory where the
 * content goes so far. A window may be left out (its content being known and clean) if
 * decode_idle() says before it that no run reaches into it. It may be noted as known and clean if
 * decode_idle() said so at its beginning and says so at its end, and decode_window() did not add to
 * decode_found(). */
#ifndef ASSAY_SCAN_DECODE_H
#define ASSAY_SCAN_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECODE_LEVELS 2    /* encodings within one another */
#define DECODE_ENCODINGS 6 /* rows of the table */
#define DECODE_NAME_MAX 96 /* bytes of "base64 ▸ gzip ▸ ..." */

/* Decompressed bytes of one run: so many, and beyond them so many times what was compressed. */
#define DECODE_PACKED_MAX (64u << 20)
#define DECODE_PACKED_RATIO 200

struct scan_stream;
struct window;
struct decode_long;

/* Where decoded text comes from: a run in an entry's content. */
struct decode_place {
    uint64_t start, end; /* of the run in the entry's content; the end is 0 for a long one */
    int64_t line;        /* of its beginning, 0 unknown */
    uint32_t chain;      /* the decodings: for each 4 bits, 1 and up, the first one lowest */
};

/* Decodings that are no rows of the table. */
enum { DECODE_GZIP = DECODE_ENCODINGS, DECODE_ZLIB };

/* What is known of a content's runs. */
struct decode {
    unsigned level;                             /* 0: the entry's own content */
    uint64_t done[DECODE_ENCODINGS];            /* runs up to here are dealt with */
    struct decode_long *open[DECODE_ENCODINGS]; /* runs that are not at their end */
    uint64_t found;
};

struct decode_batch;

/* Wipes and frees a batch; NULL is fine. */
void decode_batch_free(struct decode_batch *batch);

/* Forgets all runs; what was open is dropped. */
void decode_begin(struct decode *decode);

/* Decodes the runs that bytes in (window->low, window->high] tell, and what is open. `last`: the
 * content ends with the window. 0 or a negative errno. */
int decode_window(struct window *window, bool last);

/* True when no run reaches beyond `offset`. */
bool decode_idle(const struct decode *decode, uint64_t offset);

/* How often something in decoded text looked like a match. */
uint64_t decode_found(const struct decode *decode);

/* A chain with one more decoding: the number of its row, or DECODE_GZIP or DECODE_ZLIB. */
uint32_t decode_chain_add(uint32_t chain, unsigned decoding);

/* Writes the decodings of a chain as reports show them. Returns `ret`. */
const char *decode_name(uint32_t chain, char ret[DECODE_NAME_MAX]);

/* True when most of a run's text stands for itself: of the outermost encoding of a chain. */
bool decode_is_sparse(uint32_t chain);

/* Decodes `len` bytes that are one run of the chain's outermost encoding; writes at most as many to
 * `ret` and returns how many. */
size_t decode_text(uint32_t chain, const uint8_t *text, size_t len, uint8_t *ret);

#endif
