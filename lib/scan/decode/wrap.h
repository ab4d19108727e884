/* Lines of base64 or hex that go on in the next one. */
#ifndef ASSAY_SCAN_DECODE_WRAP_H
#define ASSAY_SCAN_DECODE_WRAP_H

#include "scan/decode/encoding.h"

/* A run's line of `line` characters ends at `at`. Returns the bytes up to where it goes on in the
 * next line, or 0 when it does not. Between two lines may stand a line break (LF, CRLF, or "\n" as
 * JSON and C write it), indentation, and the quotes and commas of strings that are put together.
 * The next line must hold nothing else, and as much as a line of wrapped text does. `values`: of
 * the alphabet, as in scan/decode/classify.h. */
size_t wrap_next(const struct encoding_piece *piece, size_t at, size_t line,
                 const int16_t values[256]);

#endif
