/* Single blocks of zlib data (RFC 1950), each unpacked at once by ISA-L. */
#ifndef ASSAY_SOURCE_INFLATE_H
#define ASSAY_SOURCE_INFLATE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct source_inflate;

/* Returns 0 or -ENOMEM. */
int source_inflate_new(struct source_inflate **ret);

/* Frees it; NULL is fine. */
void source_inflate_free(struct source_inflate *inflate);

/* Unpacks `len` bytes at `in`. Returns the bytes written to `out`, at most `cap`, or -EBADMSG for
 * damage, a wrong checksum included, and for what does not fit. */
ssize_t source_inflate_zlib(struct source_inflate *inflate, const uint8_t *in, size_t len,
                            uint8_t *out, size_t cap);

#endif
