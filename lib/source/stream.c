#include "source/stream.h"

#include <errno.h>
#include <stdlib.h>

struct stream_direct {
    struct stream stream;
    struct filler *filler;
    size_t block;
    uint8_t data[];
};

static int direct_next(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                       struct assay_error *err)
{
    struct stream_direct *direct = (struct stream_direct *)stream;
    ssize_t n = direct->filler->fill(direct->filler, direct->data, direct->block, err);

    if (n <= 0)
        return (int)n;
    *ret = direct->data;
    *ret_len = (size_t)n;
    return 1;
}

static void direct_close(struct stream *stream)
{
    struct stream_direct *direct = (struct stream_direct *)stream;

    filler_close(direct->filler);
    free(direct);
}

int stream_direct_new(struct filler *filler, size_t block, struct stream **ret)
{
    struct stream_direct *direct = malloc(sizeof(*direct) + block);

    if (!direct) {
        filler_close(filler);
        return -ENOMEM;
    }
    direct->stream = (struct stream){.next = direct_next, .close = direct_close};
    direct->filler = filler;
    direct->block = block;
    *ret = &direct->stream;
    return 0;
}

struct stream *stream_close(struct stream *stream)
{
    if (stream && stream->close)
        stream->close(stream);
    return NULL;
}
