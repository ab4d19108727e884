/* The makers of bytes: the artifact's file, decompressors, and a budget around them. */
#ifndef ASSAY_SOURCE_FILLER_H
#define ASSAY_SOURCE_FILLER_H

#include <assay/buf.h>
#include <assay/digest.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "source/stream.h"

#define FILLER_TAIL_MAX (1 << 20)
#define FILLER_AFTER_MAX (16 << 20) /* more than any block that a stream lends */

/* What compressed data holds beside what it decompresses to. */
struct filler_tail {
    struct assay_buf data;  /* of skippable frames and further headers: FILLER_TAIL_MAX bytes */
    uint64_t lost;          /* bytes beyond those */
    bool ended;             /* the end came in good order: */
    struct assay_buf after; /* what was read of the bytes behind it; the input has the rest */
};

#define FILLER_TAIL                                                              \
    (struct filler_tail)                                                         \
    {                                                                            \
        .data = ASSAY_BUF(FILLER_TAIL_MAX), .after = ASSAY_BUF(FILLER_AFTER_MAX) \
    }

void filler_tail_free(struct filler_tail *tail);

/* The regular file `fd` from its start to its end by pread, with `hash` hashed on the way by
 * SHA-256. `fd` is lent. `read`, which may be NULL, is kept at the count of bytes read. Fails with
 * -EIO and the like when the file cannot be read. */
int filler_file_new(int fd, bool hash, _Atomic uint64_t *read, struct filler **ret);

/* After the end, of one with `hash`: the digest of what was read. 0 or -EIO. */
int filler_file_digest(struct filler *filler, char ret_sha256[ASSAY_SHA256_HEX]);

/* What the gzip members in `in` (RFC 1952) hold, one after the other, by ISA-L. Demands a complete
 * last member with the right checksum: -EBADMSG otherwise. What follows the last member is left in
 * `in`, but for what was read of it, which goes to `tail`; so do names, comments and extra fields
 * in the headers of members after the first. `in` is lent, and `tail` outlives the filler. */
int filler_gzip_new(struct stream *in, struct filler_tail *tail, struct filler **ret);

/* What the zlib stream (RFC 1950) in `in` holds, by ISA-L, its checksum demanded: -EBADMSG
 * otherwise. What follows it is told as above; with NULL it is not, and after the end `in` of the
 * filler is the very length of the stream. `in` is lent. */
int filler_zlib_new(struct stream *in, struct filler_tail *tail, struct filler **ret);

/* Makes a filler of filler_zlib_new() begin anew, where its stream stands now. */
void filler_zlib_again(struct filler *filler);

/* Inflates what `data` begins with, as far as it goes: at most `size` bytes to `ret`. Returns how
 * many there are, 0 when no zlib stream begins here; *ret_ended: it ended before, and its checksum
 * is right. For probes: most data is told from zlib's by its first two bytes. */
size_t filler_zlib_try(const uint8_t *data, size_t len, uint8_t *ret, size_t size, bool *ret_ended);

/* What libarchive's filter `code` (ARCHIVE_FILTER_*) makes of `in`. As above otherwise; what zstd
 * and LZ4 hold in skippable frames goes to `tail` as well. */
int filler_archive_new(struct stream *in, int code, struct filler_tail *tail, struct filler **ret);

struct filler_limits {
    _Atomic uint64_t *expanded; /* bytes made up to now, over all fillers that share it */
    uint64_t max_expanded;
    uint64_t ratio;    /* bytes made per byte of input ... */
    uint64_t floor;    /* ... looked at once this many are made */
    uint64_t deadline; /* assay_clock_ms() */
};

/* Lets `inner` go on until a limit is passed: -EFBIG then, the limit named in `err`. Owns `inner`,
 * on failure too. */
int filler_limit_new(struct filler *inner, const struct filler_limits *limits, struct filler **ret);

/* Adds bytes to the tail. */
void filler_tail_add(struct filler_tail *tail, const uint8_t *data, size_t len);

/* Takes bytes at hand behind the end. Returns 0, -ENOMEM, or -EFBIG. */
int filler_tail_after(struct filler_tail *tail, const uint8_t *data, size_t len);

#endif
