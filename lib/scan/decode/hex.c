/* Pairs of hexadecimal digits, in one line or several: told by ten that are printable ASCII, or by
 * five of UTF-16. */
#include "scan/decode/wrap.h"

#define PAIRS 10

/* Leaves the bits from which on PAIRS stand two apart. */
static uint64_t ten(uint64_t pairs[2])
{
    uint64_t two[2];

    classify_follow(pairs, 2);
    two[0] = pairs[0];
    two[1] = pairs[1];
    classify_follow(pairs, 4);
    classify_follow(pairs, 8);
    return pairs[0] & classify_shift(two, 16);
}

/* Pairs of UTF-16: a printable one and a zero, five times. */
static uint64_t five_wide(const struct encoding_block *block, const uint64_t text[2])
{
    uint64_t zero[2], wide[2], two[2];

    classify_set(block->data, CLASSIFY_HEX_ZERO, zero);
    classify_follow(zero, 1);
    wide[0] = text[0] & classify_shift(zero, 2);
    wide[1] = text[1] & zero[1] >> 2;
    classify_follow(wide, 4);
    two[0] = wide[0];
    two[1] = wide[1];
    classify_follow(wide, 8);
    return wide[0] & classify_shift(two, 12);
}

static uint64_t tell(const struct encoding_block *block)
{
    uint64_t hex[2], run[2], text[2];
    uint64_t wide;

    classify_set(block->data, CLASSIFY_HEX, hex);
    run[0] = hex[0];
    run[1] = hex[1];
    for (unsigned n = 1; n < 16; n *= 2)
        classify_follow(run, n);
    if (!run[0])
        return 0;
    classify_set(block->data, CLASSIFY_HEX_TEXT, text);
    text[0] &= classify_shift(hex, 1);
    text[1] &= hex[1] >> 1;
    wide = five_wide(block, text);
    return wide | ten(text);
}

static bool is_pair(const uint8_t *pair)
{
    return classify_hex_values[pair[0]] >= 0 && classify_hex_values[pair[1]] >= 0;
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
            out[n++] = (uint8_t)(classify_hex_values[text[0]] << 4 | classify_hex_values[text[1]]);
            run->line += 2;
            run->at += 2;
            continue;
        }
        skip = classify_hex_values[text[0]] >= 0
                   ? 0
                   : wrap_next(piece, run->at, run->line, classify_hex_values);
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
    .name = "hex", .sign = SIGN_RUN, .packs = true, .tell = tell, .begin = begin, .step = step};
