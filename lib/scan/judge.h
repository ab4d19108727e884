/* Telling a secret from what only looks like one, without a checksum. */
#ifndef ASSAY_SCAN_JUDGE_H
#define ASSAY_SCAN_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shannon entropy of the bytes, in bits per byte: 0 to 8. */
double judge_entropy(const uint8_t *secret, size_t len);

/* True for what stands in for a secret: words such as "example" or "changeme", a variable
 * ("${TOKEN}", "<token>"), or a run of one character over at least 6 bytes and a quarter of it. */
bool judge_is_placeholder(const uint8_t *secret, size_t len);

#endif
