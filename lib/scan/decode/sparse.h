/* Text in which only some characters are encoded: where a run begins and ends. */
#ifndef ASSAY_SCAN_DECODE_SPARSE_H
#define ASSAY_SCAN_DECODE_SPARSE_H

#include "scan/decode/encoding.h"

/* The places in the first block where `c` begins an escape. */
uint64_t sparse_tell(const struct encoding_block *block, uint8_t c);

/* A run that an escape at `at` tells: it begins in the same line, at most 128 bytes before, at a
 * word's beginning. */
void sparse_begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret);

/* Whether the run ends before the byte at run->at: at the end of a line or of text, or after a word
 * some way behind the last escape. */
bool sparse_ends(const struct encoding_run *run, const struct encoding_piece *piece);

/* Value of `n` hexadecimal digits at `at`, or -1. */
int32_t sparse_hex(const struct encoding_piece *piece, size_t at, size_t n);

/* struct encoding's `step`. `reader` is told of every place: of an escape that stands there it
 * returns the bytes that it takes and writes the *ret_len bytes it stands for, at most 4, to `ret`;
 * of anything else it returns 0. Inline, so that it is compiled for each `reader`. */
static inline size_t sparse_step(struct encoding_run *run, const struct encoding_piece *piece,
                                 size_t stop, uint8_t *out, size_t cap,
                                 size_t (*reader)(const struct encoding_piece *piece, size_t at,
                                                  uint8_t *ret, size_t *ret_len))
{
    size_t n = 0;

    while (cap - n >= 4 && encoding_ready(piece, run->at, stop)) {
        size_t len = 0, size;

        if (sparse_ends(run, piece)) {
            run->ended = true;
            break;
        }
        size = reader(piece, run->at, out + n, &len);
        if (size == 0) {
            out[n++] = piece->data[run->at++];
            continue;
        }
        n += len;
        run->at += size;
        run->escape = piece->offset + run->at;
    }
    if (piece->last && run->at == piece->len)
        run->ended = true;
    return n;
}

#endif
