#include "source/filler.h"

#include <string.h>

void filler_tail_add(struct filler_tail *tail, const uint8_t *data, size_t len)
{
    size_t room = tail->data.max - tail->data.len;
    size_t take = len < room ? len : room;

    /* Zero padding up to a block's end is what tapes and tools leave: not worth keeping. */
    if (!tail->data.len)
        while (take && !*data) {
            data++;
            len--;
            take = len < room ? len : room;
        }
    if (take && assay_buf_append(&tail->data, data, take) < 0)
        take = 0;
    tail->lost += len - take;
}

int filler_tail_after(struct filler_tail *tail, const uint8_t *data, size_t len)
{
    tail->ended = true;
    return len ? assay_buf_append(&tail->after, data, len) : 0;
}

void filler_tail_free(struct filler_tail *tail)
{
    assay_buf_free(&tail->data);
    assay_buf_free(&tail->after);
}
