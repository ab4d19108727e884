/* Percent-encoding (RFC 3986): told by "%" and two digits that stand for a printable or non-ASCII
 * byte. */
#include "scan/decode/sparse.h"

static uint64_t tell(const struct encoding_block *block)
{
    uint64_t told = 0;

    for (uint64_t left = block->escape; left; left &= left - 1) {
        if (block->data[__builtin_ctzll(left)] == '%')
            told |= left & -left;
    }
    return told;
}

static bool begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    int32_t c = piece->data[at] == '%' ? sparse_hex(piece, at + 1, 2) : -1;

    if (c < 0x20 || c == 0x7f)
        return false;
    ret->at = ret->text = sparse_begin(piece, at);
    ret->escape = piece->offset + at;
    return true;
}

static size_t step(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                   uint8_t *out, size_t cap)
{
    size_t n = 0;

    while (cap - n >= 4 && encoding_ready(piece, run->at, stop)) {
        int32_t c = piece->data[run->at] == '%' ? sparse_hex(piece, run->at + 1, 2) : -1;

        if (sparse_ends(run, piece)) {
            run->ended = true;
            break;
        }
        out[n++] = c >= 0 ? (uint8_t)c : piece->data[run->at];
        run->at += c >= 0 ? 3 : 1;
        if (c >= 0)
            run->escape = piece->offset + run->at;
    }
    if (piece->last && run->at == piece->len)
        run->ended = true;
    return n;
}

const struct encoding encoding_percent = {.name = "percent",
                                          .sign = SIGN_ESCAPE,
                                          .sparse = true,
                                          .tell = tell,
                                          .begin = begin,
                                          .step = step};
