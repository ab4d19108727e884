/* zlib streams (RFC 1950) by ISA-L, which is given the deflated data alone: the two bytes of header
 * may be cut anywhere. */
#include "source/filler.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>

#define HEADER 2
#define METHOD 0x0f /* of the first byte; the upper half is the window's size */
#define DEFLATE 8
#define WINDOW_MAX 7
#define DICTIONARY 0x20

struct filler_zlib {
    struct filler filler;
    struct stream *in;
    struct filler_tail *tail; /* may be NULL */
    uint8_t header[HEADER];
    size_t have; /* bytes of it */
    bool ended, input_ended;
    int failed; /* an error to be given once what was made before it is given */
    struct assay_error err;
    struct inflate_state state;
};

static bool zlib_header_fits(const uint8_t header[HEADER])
{
    return (header[0] & METHOD) == DEFLATE && header[0] >> 4 <= WINDOW_MAX &&
           (header[0] << 8 | header[1]) % 31 == 0 && !(header[1] & DICTIONARY);
}

/* Makes sure that there is input. Returns 1, 0 at the end, or the stream's error. */
static int zlib_input(struct filler_zlib *zlib, struct assay_error *err)
{
    const uint8_t *data;
    size_t len;
    int r;

    if (zlib->state.avail_in)
        return 1;
    if (zlib->input_ended)
        return 0;
    r = zlib->in->next(zlib->in, &data, &len, err);
    zlib->input_ended = r == 0;
    if (r <= 0)
        return r;
    if (len > UINT32_MAX)
        return assay_error_set(err, EOVERFLOW, "a block of input above 4 GiB");
    zlib->filler.in += len;
    zlib->state.next_in = (uint8_t *)(uintptr_t)data; /* ISA-L only reads it */
    zlib->state.avail_in = (uint32_t)len;
    return 1;
}

static int zlib_header(struct filler_zlib *zlib, struct assay_error *err)
{
    zlib->header[zlib->have++] = *zlib->state.next_in++;
    zlib->state.avail_in--;
    if (zlib->have == HEADER && !zlib_header_fits(zlib->header))
        return assay_error_set(err, EBADMSG, "no zlib stream begins here");
    return 0;
}

/* Behind the last byte of the stream. ISA-L 2.30 keeps up to four bytes that it read beyond a zlib
 * trailer (it reads eight at once, what a gzip trailer has). */
static int zlib_end(struct filler_zlib *zlib, struct assay_error *err)
{
    size_t kept = zlib->state.read_in_length > 0 ? (size_t)zlib->state.read_in_length / 8 : 0;
    size_t left = zlib->state.avail_in;
    uint8_t bytes[8];
    int r;

    zlib->ended = true;
    zlib->filler.in -= left + kept;
    if (!zlib->tail)
        return 0;
    for (size_t i = 0; i < kept; i++)
        bytes[i] = (uint8_t)(zlib->state.read_in >> 8 * i);
    r = filler_tail_after(zlib->tail, bytes, kept);
    if (r == 0)
        r = filler_tail_after(zlib->tail, zlib->state.next_in, left);
    return r < 0 ? assay_error_set(err, -r, "no room for what follows the zlib stream") : 0;
}

static int zlib_step(struct filler_zlib *zlib, struct assay_error *err)
{
    int r = zlib_input(zlib, err), code;

    if (r < 0)
        return r;
    if (zlib->have < HEADER)
        return r ? zlib_header(zlib, err)
                 : assay_error_set(err, EBADMSG, "the zlib stream ends too early");
    code = isal_inflate(&zlib->state);
    if (code == ISAL_INCORRECT_CHECKSUM)
        return assay_error_set(err, EBADMSG, "the zlib stream has a wrong checksum");
    if (code < 0 || code == ISAL_NEED_DICT)
        return assay_error_set(err, EBADMSG, "the zlib stream is damaged");
    if (zlib->state.block_state == ISAL_BLOCK_FINISH)
        return zlib_end(zlib, err);
    if (r == 0 && zlib->state.avail_out)
        return assay_error_set(err, EBADMSG, "the zlib stream ends too early");
    return 0;
}

static ssize_t zlib_fill(struct filler *filler, uint8_t *data, size_t cap, struct assay_error *err)
{
    struct filler_zlib *zlib = (struct filler_zlib *)filler;
    size_t made;

    cap = cap < INT32_MAX ? cap : INT32_MAX;
    zlib->state.next_out = data;
    zlib->state.avail_out = (uint32_t)cap;
    while (!zlib->ended && zlib->failed == 0 && zlib->state.avail_out)
        zlib->failed = zlib_step(zlib, &zlib->err);
    made = cap - zlib->state.avail_out;
    if (made || zlib->failed == 0)
        return (ssize_t)made;
    if (err)
        *err = zlib->err;
    return zlib->failed;
}

static void zlib_close(struct filler *filler)
{
    free(filler);
}

void filler_zlib_again(struct filler *filler)
{
    struct filler_zlib *zlib = (struct filler_zlib *)filler;

    zlib->filler.in = 0;
    zlib->have = 0;
    zlib->ended = zlib->input_ended = false;
    zlib->failed = 0;
    isal_inflate_init(&zlib->state);
    zlib->state.crc_flag = ISAL_ZLIB_NO_HDR_VER;
    zlib->state.avail_in = 0;
}

int filler_zlib_new(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    struct filler_zlib *zlib = malloc(sizeof(*zlib));

    if (!zlib)
        return -ENOMEM;
    zlib->filler = (struct filler){.fill = zlib_fill, .close = zlib_close};
    zlib->in = in;
    zlib->tail = tail;
    zlib->err.code = 0;
    filler_zlib_again(&zlib->filler);
    *ret = &zlib->filler;
    return 0;
}

/* Memory as a stream of one block. */
struct memory {
    struct stream stream;
    const uint8_t *data;
    size_t len;
};

static int memory_next(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                       struct assay_error *err)
{
    struct memory *memory = (struct memory *)stream;

    (void)err;
    *ret = memory->data;
    *ret_len = memory->len;
    memory->len = 0;
    return *ret_len > 0;
}

size_t filler_zlib_try(const uint8_t *data, size_t len, uint8_t *ret, size_t size, bool *ret_ended)
{
    struct memory memory = {{.next = memory_next}, data, len};
    struct filler *filler;
    size_t made = 0;
    ssize_t n;

    *ret_ended = false;
    if (len < HEADER || !zlib_header_fits(data) ||
        filler_zlib_new(&memory.stream, NULL, &filler) < 0)
        return 0;
    do {
        n = filler->fill(filler, ret + made, size - made, NULL);
        made += n > 0 ? (size_t)n : 0;
    } while (n > 0 && made < size);
    *ret_ended = n == 0;
    filler_close(filler);
    return made;
}
