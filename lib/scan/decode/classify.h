/* What could be encoded text, told 64 bytes at a time. Bit n of a mask is about byte n of a block
 * of 64. */
#ifndef ASSAY_SCAN_DECODE_CLASSIFY_H
#define ASSAY_SCAN_DECODE_CLASSIFY_H

#include <stddef.h>
#include <stdint.h>

#define CLASSIFY_BLOCK 64
#define CLASSIFY_GROUP 64                   /* blocks at a time */
#define CLASSIFY_MASKS (CLASSIFY_GROUP + 5) /* and room for whole vectors of them */

/* What all content is asked. The last three masks have a bit for each block; they may name a block
 * too many, never one too few. */
struct classify_group {
    uint64_t base64[CLASSIFY_MASKS]; /* the alphabets, standard and URL-safe; "=" is not in */
    uint64_t zero[CLASSIFY_MASKS];
    uint64_t escape[CLASSIFY_MASKS]; /* "%" and "\" before what may make them an escape */
    uint64_t runs;        /* blocks in which sixteen bytes of base64's alphabets may begin */
    uint64_t alternating; /* in which sixteen bytes may begin of which every second one is zero */
    uint64_t escapes;     /* that hold an escape */
};

/* Classifies `n` blocks and the one behind them, all at `data`; n from 1 to CLASSIFY_GROUP. */
void classify_group(const uint8_t *data, size_t n, struct classify_group *ret);

/* Sets of characters that only some blocks are asked for. A quad of base64 (RFC 4648) decodes to
 * three bytes below 0x80 when its first character's value has bit 5 clear, the second's bit 3, the
 * third's bit 1. */
enum classify_set {
    CLASSIFY_BASE64,
    CLASSIFY_FIRST,
    CLASSIFY_SECOND,
    CLASSIFY_THIRD,
    CLASSIFY_HEX,
    CLASSIFY_HEX_TEXT, /* "2" to "7": the first digit of a printable byte */
    CLASSIFY_HEX_ZERO,
    CLASSIFY_TEXT,    /* printable ASCII */
    CLASSIFY_ESCAPED, /* what follows "%" or "\" in an escape that tells a run */
    CLASSIFY_SETS
};

/* Which of the 128 bytes at `data` are in the set. */
void classify_set(const uint8_t *data, enum classify_set set, uint64_t ret[2]);

/* The same without the processor's vectors, which is what the tests compare with. */
void classify_group_plainly(const uint8_t *data, size_t n, struct classify_group *ret);
void classify_set_plainly(const uint8_t *data, enum classify_set set, uint64_t ret[2]);

/* The value of a character of base64, and of a hexadecimal digit; negative: it is none. */
extern const int16_t classify_base64_values[256], classify_hex_values[256];

/* Bits [n, n + 64) of 128, n from 0 to 63. */
static inline uint64_t classify_shift(const uint64_t bits[2], unsigned n)
{
    return n ? bits[0] >> n | bits[1] << (64 - n) : bits[0];
}

/* Leaves the bits that are followed by another one `n` further on; the last n are cleared. */
static inline void classify_follow(uint64_t bits[2], unsigned n)
{
    bits[0] &= classify_shift(bits, n);
    bits[1] &= bits[1] >> n;
}

#endif
