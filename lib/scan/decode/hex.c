/* Pairs of hexadecimal digits, in one line or several: told by ten that are printable ASCII, or by
 * five of UTF-16. */
#include "scan/decode/wrap.h"

#define PAIRS 10

/* Positions where pairs that fit stand `stride` apart, 8 of them and two more. */
static uint64_t ten(uint64_t low, uint64_t high, unsigned stride)
{
    uint64_t low2 = low & classify_shift(low, high, stride), high2 = high & high >> stride,
             low4 = low2 & classify_shift(low2, high2, 2 * stride),
             high4 = high2 & high2 >> 2 * stride;

    return low4 & classify_shift(low4, high4, 4 * stride) & classify_shift(low2, high2, 8 * stride);
}

static uint64_t tell(const struct classify_run block[2])
{
    uint64_t low = block[0].hex_text & classify_shift(block[0].hex, block[1].hex, 1),
             high = block[1].hex_text & block[1].hex >> 1,
             zero_low = block[0].hex_zero & classify_shift(block[0].hex_zero, block[1].hex_zero, 1),
             zero_high = block[1].hex_zero & block[1].hex_zero >> 1, wide_low, wide_high;

    wide_low = low & classify_shift(zero_low, zero_high, 2);
    wide_high = high & zero_high >> 2;
    wide_low &= classify_shift(wide_low, wide_high, 4);
    wide_high &= wide_high >> 4;
    return ten(low, high, 2) | (wide_low & classify_shift(wide_low, wide_high, 8) &
                                classify_shift(wide_low, wide_high, 12));
}

static bool is_pair(const uint8_t *pair)
{
    return classify_hex_value(pair[0]) >= 0 && classify_hex_value(pair[1]) >= 0;
}

static bool is_printable(const uint8_t *pair)
{
    return is_pair(pair) && pair[0] >= '2' && pair[0] <= '7';
}

static bool begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    size_t low = at > ENCODING_BACK ? at - ENCODING_BACK : 0;

    if (piece->len - at < 2 * (size_t)PAIRS)
        return false;
    for (size_t i = 0; i < PAIRS; i++)
        if (!is_pair(piece->data + at + 2 * i))
            return false;
    ret->text = at;
    while (ret->text >= low + 2 && is_printable(piece->data + ret->text - 2))
        ret->text -= 2;
    ret->at = ret->text;
    while (ret->at >= low + 2 && is_pair(piece->data + ret->at - 2))
        ret->at -= 2;
    return true;
}

static size_t step(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                   uint8_t *out, size_t cap)
{
    size_t n = 0, skip;

    while (cap - n >= 4 && encoding_ready(piece, run->at, stop)) {
        const uint8_t *text = piece->data + run->at;

        if (piece->len - run->at >= 2 && is_pair(text)) {
            out[n++] = (uint8_t)(classify_hex_value(text[0]) << 4 | classify_hex_value(text[1]));
            run->line += 2;
            run->at += 2;
            continue;
        }
        skip = classify_hex_value(text[0]) >= 0
                   ? 0
                   : wrap_next(piece, run->at, run->line, classify_hex_value);
        if (skip == 0) {
            run->ended = true;
            break;
        }
        run->at += skip;
        run->line = 0;
    }
    if (piece->last && run->at == piece->len)
        run->ended = true;
    return n;
}

const struct encoding encoding_hex = {
    .name = "hex", .sign = SIGN_RUN, .packs = true, .tell_run = tell, .begin = begin, .step = step};
