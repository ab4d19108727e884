/* gzip members cut into small blocks: the first byte is the length of the blocks. */
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>

#include "source/filler.h"

struct pieces {
    struct stream stream;
    const uint8_t *data;
    size_t len, piece;
};

static int next_piece(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                      struct assay_error *err)
{
    struct pieces *pieces = (struct pieces *)stream;

    (void)err;
    *ret = pieces->data;
    *ret_len = pieces->len < pieces->piece ? pieces->len : pieces->piece;
    pieces->data += *ret_len;
    pieces->len -= *ret_len;
    return *ret_len > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filler_tail tail = FILLER_TAIL;
    struct pieces pieces = {.stream = {.next = next_piece}};
    struct assay_error err = {0};
    struct filler *filler;
    uint8_t out[4096];
    size_t rounds = 0;
    ssize_t n;

    if (!size)
        return 0;
    pieces.data = data + 1;
    pieces.len = size - 1;
    pieces.piece = 1 + (size_t)data[0];
    if (filler_gzip_new(&pieces.stream, &tail, &filler) < 0)
        abort();
    do
        n = filler->fill(filler, out, sizeof(out), &err);
    while (n > 0 && rounds++ < 4096);
    if (n < 0 && n != -EBADMSG)
        __builtin_trap();
    filler_close(filler);
    filler_tail_free(&tail);
    return 0;
}
