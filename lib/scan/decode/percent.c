/* Percent-encoding (RFC 3986): told by "%" and two digits that stand for a printable or non-ASCII
 * byte. */
#include "scan/decode/sparse.h"

static uint64_t tell(const struct encoding_block *block)
{
    return sparse_tell(block, '%');
}

static int32_t value_at(const struct encoding_piece *piece, size_t at)
{
    return piece->data[at] == '%' ? sparse_hex(piece, at + 1, 2) : -1;
}

static bool begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    int32_t c = value_at(piece, at);

    if (c < 0x20 || c == 0x7f)
        return false;
    sparse_begin(piece, at, ret);
    return true;
}

static size_t read_percent(const struct encoding_piece *piece, size_t at, uint8_t *ret,
                           size_t *ret_len)
{
    int32_t c = value_at(piece, at);

    if (c < 0)
        return 0;
    *ret = (uint8_t)c;
    *ret_len = 1;
    return 3;
}

static size_t step(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                   uint8_t *out, size_t cap)
{
    return sparse_step(run, piece, stop, out, cap, read_percent);
}

const struct encoding encoding_percent = {.name = "percent",
                                          .sign = SIGN_ESCAPE,
                                          .sparse = true,
                                          .tell = tell,
                                          .begin = begin,
                                          .step = step};
