/* One encoding: how a run of it is told, where it begins, and how it is decoded. A row of the table
 * in scan/decode.c. */
#ifndef ASSAY_SCAN_DECODE_ENCODING_H
#define ASSAY_SCAN_DECODE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan/decode/classify.h"

#define ENCODING_BACK 256  /* a run begins at most so far before the byte that tells it */
#define ENCODING_AHEAD 384 /* bytes that a decoder looks ahead at most */

/* Content in memory. */
struct encoding_piece {
    const uint8_t *data;
    size_t len;
    uint64_t offset; /* of data[0] in the content */
    bool last;       /* the content ends with it */
};

/* A run that is being decoded. */
struct encoding_run {
    size_t at;   /* of the next encoded byte in the piece */
    size_t text; /* where plain text begins; before it, from `at` on, stands what may be the run's
                    beginning or something else of the same alphabet */
    bool ended;
    bool strict;   /* to be set: the run ends where it may be something else */
    bool doubtful; /* it went on where it would have ended then */

    /* The decoder's own, zeros at the beginning. */
    uint32_t bits;
    unsigned n_bits;
    size_t line;     /* characters since the last line break */
    uint64_t escape; /* offset in the content behind the last escape */
    bool trusted;    /* nothing but the content's end ends it */
};

/* Which blocks may tell a run: struct classify_group says. */
enum encoding_sign { SIGN_RUN, SIGN_ALTERNATING, SIGN_ESCAPE };

/* A block in which the sign stands, and the one behind it: bytes and masks of both. */
struct encoding_block {
    const uint8_t *data;
    uint64_t run;   /* where sixteen bytes of base64's alphabets follow one another */
    uint64_t start; /* where no other one stands before them */
    uint64_t zero[2];
    uint64_t escape;
};

struct encoding {
    const char *name; /* as reports show it */
    enum encoding_sign sign;
    bool sparse; /* most of its text stands for itself */
    bool packs;  /* holds binary data, which may be compressed */

    /* The places in the first block at which a run may stand. */
    uint64_t (*tell)(const struct encoding_block *block);

    /* Whether a run stands at `at`: fills in `at` and `text` of *ret, which is zero otherwise. What
     * it says depends only on ENCODING_BACK bytes before and ENCODING_AHEAD behind. */
    bool (*begin)(const struct encoding_piece *piece, size_t at, struct encoding_run *ret);

    /* Whether all of the content is one run, judged by its beginning; may be NULL. */
    bool (*whole)(const struct encoding_piece *piece, struct encoding_run *ret);

    /* Decodes on from run->at until the run ends (run->ended), or `stop` is reached, or less than
     * 4 bytes of `cap` are left, or ENCODING_AHEAD bytes are not in memory. Returns the bytes
     * written to `out`. */
    size_t (*step)(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                   uint8_t *out, size_t cap);
};

extern const struct encoding encoding_utf16le, encoding_utf16be, encoding_base64, encoding_hex,
    encoding_percent, encoding_escape;

/* True when `at` can be decoded: what a decoder looks ahead for is in memory. */
static inline bool encoding_ready(const struct encoding_piece *piece, size_t at, size_t stop)
{
    return at < stop && at < piece->len && (piece->last || piece->len - at > ENCODING_AHEAD);
}

/* Writes a character as UTF-8 (RFC 3629), U+FFFD for what is none. Returns its bytes, 1 to 4. */
size_t encoding_put(uint32_t c, uint8_t *out);

#endif
