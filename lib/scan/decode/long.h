/* A run that is too long for a batch, or packed: decoded piece by piece into a stream of its own.
 */
#ifndef ASSAY_SCAN_DECODE_LONG_H
#define ASSAY_SCAN_DECODE_LONG_H

#include "scan/decode.h"
#include "scan/decode/encoding.h"

struct long_pack;

struct decode_long {
    struct encoding_run run;
    uint64_t next; /* offset in the content of the next encoded byte */
    unsigned level;
    struct decode_place place;
    struct scan_stream *parent, *child; /* the child is NULL until the first bytes came */
    struct long_pack *pack;             /* NULL when it is not packed */
    bool dropped;                       /* what comes is looked at no more */
};

/* True for the beginning of gzip (RFC 1952) or zlib (RFC 1950). */
bool long_is_packed(const uint8_t *data, size_t len);

/* A run in the content of `parent`, `level` encodings deep. NULL when memory ran out. */
struct decode_long *long_new(struct scan_stream *parent, unsigned level,
                             const struct decode_place *place);

/* Takes decoded bytes; with `packs` they are unpacked when the first ones say so. 0 or a negative
 * errno. */
int long_feed(struct decode_long *run, const uint8_t *data, size_t len, bool packs);

/* Ends the run: 0 or a negative errno. NULL is fine. */
int long_close(struct decode_long *run);

/* Frees it without an end. */
void long_drop(struct decode_long *run);

#endif
