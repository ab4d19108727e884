/* gzip by ISA-L. Where a member ends, ISA-L has given back what it had read ahead, so that the next
 * byte of input is the first one after the member. */
#include "source/filler.h"
#include "source/gzip_header.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>

struct filler_gzip {
    struct filler filler;
    struct stream *in;
    struct filler_tail *tail;
    bool in_header; /* of a member after the first */
    bool ended, input_ended;
    int failed; /* an error to be given once what was made before it is given */
    struct assay_error err;
    struct inflate_state state;
    struct gzip_header header;
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

/* What stands behind the last member: what was taken for the header of another, and the rest. */
static int gzip_trailing(struct filler_gzip *gzip, struct assay_error *err)
{
    size_t left = gzip->state.avail_in;
    int r = filler_tail_after(gzip->tail, gzip->header.data, gzip->header.len);

    if (r == 0)
        r = filler_tail_after(gzip->tail, gzip->state.next_in, left);
    gzip->ended = true;
    gzip->state.avail_in = 0;
    return r < 0 ? assay_error_set(err, -r, "no room for what follows the gzip data") : 0;
}

/* Between two members. */
static int gzip_boundary(struct filler_gzip *gzip, struct assay_error *err)
{
    int r = gzip_input(gzip, err);

    if (r < 0)
        return r;
    if (r == 0) {
        gzip->ended = gzip->tail->ended = true;
        return 0;
    }
    isal_inflate_reset(&gzip->state);
    gzip_header_begin(&gzip->header);
    gzip->in_header = true;
    return 0;
}

/* The header of a member after the first. What the first one's says is seen to by who found the
 * format; what this one's says goes to the tail. */
static int gzip_next_header(struct filler_gzip *gzip, struct assay_error *err)
{
    const uint8_t *data, *text;
    size_t len;
    int r = gzip_input(gzip, err);

    if (r < 0)
        return r;
    if (r == 0)
        return assay_error_set(err, EBADMSG, "the gzip data ends too early");
    data = gzip->state.next_in;
    len = gzip->state.avail_in;
    r = gzip_header_take(&gzip->header, &data, &len);
    gzip->state.next_in = (uint8_t *)(uintptr_t)data;
    gzip->state.avail_in = (uint32_t)len;
    if (r == -EINVAL)
        return gzip_trailing(gzip, err);
    if (r == -EFBIG)
        return assay_error_set(err, EFBIG, "a gzip member has a header of more than %d bytes",
                               GZIP_HEADER_MAX);
    if (r == 0)
        return 0;
    text = gzip_header_text(&gzip->header, &len);
    filler_tail_add(gzip->tail, text, len);
    gzip->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
    gzip->in_header = false;
    return 0;
}

static int gzip_step(struct filler_gzip *gzip, struct assay_error *err)
{
    int r, code;

    if (gzip->in_header)
        return gzip_next_header(gzip, err);
    r = gzip_input(gzip, err);
    if (r < 0)
        return r;
    code = isal_inflate(&gzip->state);
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
    gzip->in_header = gzip->ended = gzip->input_ended = false;
    gzip->failed = 0;
    gzip->err.code = 0;
    isal_inflate_init(&gzip->state);
    gzip->state.crc_flag = ISAL_GZIP;
    gzip->state.avail_in = 0;
    *ret = &gzip->filler;
    return 0;
}
