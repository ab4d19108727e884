/* Hexadecimal and base64 (RFC 4648), strict in both directions. */
#ifndef ASSAY_ENCODE_H
#define ASSAY_ENCODE_H

#include <stddef.h>
#include <stdint.h>

/* Writes 2*len lower-case digits and a NUL to `ret`. */
void assay_hex_encode(const void *data, size_t len, char *ret);

/* Decodes exactly 2*len digits of either case, and nothing after them, into `ret`. Returns 0, or
 * -EINVAL when `text` is anything else. */
int assay_hex_decode(const char *text, void *ret, size_t len);

/* Bytes, with the NUL, that assay_base64_encode() writes for `len` bytes. */
#define ASSAY_BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)

/* Writes standard base64 with padding and a NUL to `ret`. */
void assay_base64_encode(const void *data, size_t len, char *ret);

/* Decodes `text` (`text_len` characters of standard, padded, unwrapped base64) that must give
 * exactly `len` bytes. Returns 0, or -EINVAL when it does not. */
int assay_base64_decode(const char *text, size_t text_len, void *ret, size_t len);

#endif
