/* gzip by ISA-L. Where a member ends, ISA-L has given back what it had read ahead, so that the next
 * byte of input is the first one after the member. */
#include "source/filler.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>

struct filler_gzip {
    struct filler filler;
    struct stream *in;
    struct filler_tail *tail;
    const uint8_t *member; /* where the member began, when that is in the block at hand */
    bool begun;            /* this member has made bytes */
    bool first;            /* this member is the first */
    bool ended, input_ended;
    int failed; /* an error to be given once what was made before it is given */
    struct assay_error err;
    struct inflate_state state;
};

/* Makes sure that there is input. Returns 1, 0 at the end, or the stream's error. */
static int gzip_input(struct filler_gzip *gzip, struct assay_error *err)
{
    const uint8_t *data;
    size_t len;
    int r;

    if (gzip->state.avail_in)
        return 1;
    if (gzip->input_ended)
        return 0;
    r = gzip->in->next(gzip->in, &data, &len, err);
    gzip->member = NULL;
    gzip->input_ended = r == 0;
    if (r <= 0)
        return r;
    if (len > UINT32_MAX)
        return assay_error_set(err, EOVERFLOW, "a block of input above 4 GiB");
    gzip->filler.in += len;
    gzip->state.next_in = (uint8_t *)(uintptr_t)data; /* ISA-L only reads it */
    gzip->state.avail_in = (uint32_t)len;
    return 1;
}

static int gzip_trailing(struct filler_gzip *gzip, const uint8_t *from, struct assay_error *err)
{
    const uint8_t *end = gzip->state.next_in + gzip->state.avail_in;

    gzip->ended = true;
    gzip->state.avail_in = 0;
    return filler_tail_take(gzip->tail, gzip->in, from, (size_t)(end - from), err);
}

/* Between two members. */
static int gzip_boundary(struct filler_gzip *gzip, struct assay_error *err)
{
    int r = gzip_input(gzip, err);

    if (r <= 0) {
        gzip->ended = r == 0;
        return r;
    }
    if (gzip->state.next_in[0] != 0x1f)
        return gzip_trailing(gzip, gzip->state.next_in, err);
    isal_inflate_reset(&gzip->state);
    gzip->first = gzip->begun = false;
    gzip->member = gzip->state.next_in;
    return 0;
}

static int gzip_step(struct filler_gzip *gzip, struct assay_error *err)
{
    uint32_t room = gzip->state.avail_out;
    int r = gzip_input(gzip, err), code;

    if (r < 0)
        return r;
    code = isal_inflate(&gzip->state);
    gzip->begun |= gzip->state.avail_out != room;
    if (code < 0 && !gzip->first && !gzip->begun &&
        (code == ISAL_INVALID_WRAPPER || code == ISAL_UNSUPPORTED_METHOD))
        return gzip_trailing(gzip, gzip->member ? gzip->member : gzip->state.next_in, err);
    if (code == ISAL_INCORRECT_CHECKSUM)
        return assay_error_set(err, EBADMSG, "the gzip data has a wrong checksum");
    if (code < 0 || code == ISAL_NEED_DICT)
        return assay_error_set(err, EBADMSG, "the gzip data is damaged");
    if (gzip->state.block_state == ISAL_BLOCK_FINISH)
        return gzip_boundary(gzip, err);
    if (r == 0 && gzip->state.avail_out)
        return assay_error_set(err, EBADMSG, "the gzip data ends too early");
    return 0;
}

static ssize_t gzip_fill(struct filler *filler, uint8_t *data, size_t cap, struct assay_error *err)
{
    struct filler_gzip *gzip = (struct filler_gzip *)filler;
    size_t made;

    if (gzip->failed < 0) {
        if (err)
            *err = gzip->err;
        return gzip->failed;
    }
    cap = cap < INT32_MAX ? cap : INT32_MAX;
    gzip->state.next_out = data;
    gzip->state.avail_out = (uint32_t)cap;
    while (!gzip->ended && gzip->failed == 0 && gzip->state.avail_out)
        gzip->failed = gzip_step(gzip, &gzip->err);
    made = cap - gzip->state.avail_out;
    if (made || gzip->failed == 0)
        return (ssize_t)made;
    if (err)
        *err = gzip->err;
    return gzip->failed;
}

static void gzip_close(struct filler *filler)
{
    free(filler);
}

int filler_gzip_new(struct stream *in, struct filler_tail *tail, struct filler **ret)
{
    struct filler_gzip *gzip = malloc(sizeof(*gzip));

    if (!gzip)
        return -ENOMEM;
    gzip->filler = (struct filler){.fill = gzip_fill, .close = gzip_close};
    gzip->in = in;
    gzip->tail = tail;
    gzip->member = NULL;
    gzip->begun = gzip->ended = gzip->input_ended = false;
    gzip->first = true;
    gzip->failed = 0;
    gzip->err.code = 0;
    isal_inflate_init(&gzip->state);
    gzip->state.crc_flag = ISAL_GZIP;
    gzip->state.avail_in = 0;
    *ret = &gzip->filler;
    return 0;
}
