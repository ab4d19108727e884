/* What could be encoded text, told 64 bytes at a time. Bit n of every mask is about byte n of the
 * block. */
#ifndef ASSAY_SCAN_DECODE_CLASSIFY_H
#define ASSAY_SCAN_DECODE_CLASSIFY_H

#include <stddef.h>
#include <stdint.h>

#define CLASSIFY_BLOCK 64

/* What every block is asked. */
struct classify_block {
    uint64_t base64; /* of base64's alphabets, standard and URL-safe; "=" is not */
    uint64_t zero;
    uint64_t escape; /* "%" and "\" */
};

/* What only a block with a long run of base64's alphabets is asked. A quad of base64 (RFC 4648)
 * decodes to three bytes below 0x80 when its first character's value has bit 5 clear, the second's
 * bit 3, the third's bit 1. */
struct classify_run {
    uint64_t base64, first, second, third;
    uint64_t hex;
    uint64_t hex_text; /* 2 to 7: the first digit of a printable byte */
    uint64_t hex_zero;
    uint64_t packed; /* "H" and "e": gzip or zlib in base64 begins so */
};

/* Classifies `n` blocks. */
void classify_blocks(const uint8_t *data, size_t n, struct classify_block *ret);

/* Classifies one. */
void classify_run(const uint8_t *data, struct classify_run *ret);

/* The same without the processor's vectors, which is what the tests compare with. */
void classify_blocks_plainly(const uint8_t *data, size_t n, struct classify_block *ret);
void classify_run_plainly(const uint8_t *data, struct classify_run *ret);

/* The value of a character of base64, or -1; of a hexadecimal digit, or -1. */
int classify_base64_value(uint8_t c);
int classify_hex_value(uint8_t c);

/* Bits [n, n + 64) of the 128 of which `low` are the first, n from 0 to 63. */
static inline uint64_t classify_shift(uint64_t low, uint64_t high, unsigned n)
{
    return n ? low >> n | high << (64 - n) : low;
}

#endif
