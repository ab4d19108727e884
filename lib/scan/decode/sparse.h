/* Text in which only some characters are encoded: where a run begins and ends. */
#ifndef ASSAY_SCAN_DECODE_SPARSE_H
#define ASSAY_SCAN_DECODE_SPARSE_H

#include "scan/decode/encoding.h"

/* Where the run that an escape at `at` tells begins: in the same line, at most SPARSE_BACK bytes
 * before, at a word's beginning. */
size_t sparse_begin(const struct encoding_piece *piece, size_t at);

/* Whether the run ends before the byte at run->at: at the end of a line or of text, or after a word
 * some way behind the last escape. */
bool sparse_ends(const struct encoding_run *run, const struct encoding_piece *piece);

/* Value of `n` hexadecimal digits at `at`, or -1. */
int32_t sparse_hex(const struct encoding_piece *piece, size_t at, size_t n);

#endif
