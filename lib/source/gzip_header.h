/* The header of a gzip member (RFC 1952, 2.3), taken byte by byte: it may be cut anywhere. (ISA-L
 * 2.30 loses what it had of a name when a header goes on in the next piece of input.) */
#ifndef ASSAY_SOURCE_GZIP_HEADER_H
#define ASSAY_SOURCE_GZIP_HEADER_H

#include <stddef.h>
#include <stdint.h>

/* Bytes: the fixed part, all that an extra field can hold, and some for name and comment. */
#define GZIP_HEADER_MAX (12 + 65535 + 16384)

struct gzip_header {
    uint8_t data[GZIP_HEADER_MAX]; /* what was taken up to now */
    size_t len;
    int part;    /* which one comes next */
    size_t left; /* bytes left of a part whose length is known */
};

void gzip_header_begin(struct gzip_header *header);

/* Takes bytes from *data until the header is complete; *data and *len move on. Returns 1 when it
 * is, 0 when more input is needed, -EINVAL when it is none, -EFBIG when it is too long. */
int gzip_header_take(struct gzip_header *header, const uint8_t **data, size_t *len);

/* What a complete header says in text: extra field, name and comment as they stand, *ret_len bytes;
 * 0 for one that says nothing, or only the length that bgzip writes (SAM/BAM specification, 4.1).
 */
const uint8_t *gzip_header_text(const struct gzip_header *header, size_t *ret_len);

#endif
