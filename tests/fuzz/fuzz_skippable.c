/* What skippable frames hold must not depend on how the compressed data is cut: the first byte is
 * the length of the pieces. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "source/skippable.h"

static void feed(const uint8_t *data, size_t len, size_t piece, struct skippable *position,
                 struct filler_tail *ret)
{
    *position = (struct skippable){0};
    *ret = (struct filler_tail){.data = ASSAY_BUF(FILLER_TAIL_MAX)};
    for (size_t at = 0; at < len; at += piece)
        skippable_feed(position, data + at, len - at < piece ? len - at : piece, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skippable position, position_cut;
    struct filler_tail whole, cut;

    if (!size)
        return 0;
    feed(data + 1, size - 1, size, &position, &whole);
    feed(data + 1, size - 1, 1 + (size_t)data[0], &position_cut, &cut);
    if (position.lost != position_cut.lost || position.skip != position_cut.skip ||
        whole.lost != cut.lost || whole.data.len != cut.data.len ||
        (whole.data.len && memcmp(whole.data.data, cut.data.data, whole.data.len) != 0))
        abort();
    if (whole.data.len + whole.lost >= size) /* more than there is */
        abort();
    assay_buf_free(&whole.data);
    assay_buf_free(&cut.data);
    return 0;
}
