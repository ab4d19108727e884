/* Base64 (RFC 4648), standard and URL-safe, padded or not, in one line or several.
 *
 * Text is told by four quads that decode to twelve bytes below 0x80, which also says where quads
 * begin: a run may stand in the middle of other characters of the alphabet. Compressed data is told
 * by its first bytes at a run's beginning. So what is not seen is text in which no twelve bytes of
 * ASCII follow one another on a multiple of three from its beginning. */
#include "scan/decode/wrap.h"

#include <string.h>

#define QUADS 4 /* of ASCII that tell a run */

/* Where a quad of ASCII follows every four characters: QUADS of them. Of most text the first
 * question is the last. */
static uint64_t tell_text(const struct encoding_block *block)
{
    uint64_t quads[2], more[2];

    classify_set(block->data, CLASSIFY_FIRST, quads);
    for (unsigned n = 4; n < 4 * QUADS; n *= 2)
        classify_follow(quads, n);
    quads[0] &= block->run;
    if (!quads[0])
        return 0;
    classify_set(block->data, CLASSIFY_SECOND, more);
    for (unsigned n = 4; n < 4 * QUADS; n *= 2)
        classify_follow(more, n);
    quads[0] &= classify_shift(more, 1);
    if (!quads[0])
        return 0;
    classify_set(block->data, CLASSIFY_THIRD, more);
    for (unsigned n = 4; n < 4 * QUADS; n *= 2)
        classify_follow(more, n);
    return quads[0] & classify_shift(more, 2);
}

/* gzip: 1f 8b 08; zlib: 78 and one of four (RFC 1952, RFC 1950). */
static bool is_packed(const uint8_t *text)
{
    return text[0] == 'H' ? memcmp(text, "H4sI", 4) == 0
                          : text[0] == 'e' && memchr("AFJN", text[1], 4);
}

static uint64_t tell(const struct encoding_block *block)
{
    uint64_t packed = 0;

    for (uint64_t left = block->start; left; left &= left - 1)
        if (is_packed(block->data + __builtin_ctzll(left)))
            packed |= left & -left;
    return packed | tell_text(block);
}

static bool is_quad(const uint8_t *quad)
{
    for (size_t i = 0; i < 4; i++)
        if (classify_base64_values[quad[i]] < 0)
            return false;
    return true;
}

static bool is_ascii(const uint8_t *quad)
{
    return is_quad(quad) && !(classify_base64_values[quad[0]] & 32) &&
           !(classify_base64_values[quad[1]] & 8) && !(classify_base64_values[quad[2]] & 2);
}

static bool is_text(const struct encoding_piece *piece, size_t at)
{
    for (size_t i = 0; i < QUADS; i++)
        if (piece->len - at < 4 * (i + 1) || !is_ascii(piece->data + at + 4 * i))
            return false;
    return true;
}

static bool begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    const uint8_t *data = piece->data;
    size_t low = at > ENCODING_BACK ? at - ENCODING_BACK : 0;

    ret->text = at;
    if (piece->len - at >= 16 && is_packed(data + at) &&
        (at == 0 || classify_base64_values[data[at - 1]] < 0)) {
        ret->at = at;
        return true;
    }
    if (!is_text(piece, at))
        return false;
    while (ret->text >= low + 4 && is_ascii(data + ret->text - 4))
        ret->text -= 4;
    ret->at = ret->text;
    while (ret->at >= low + 4 && is_quad(data + ret->at - 4))
        ret->at -= 4;
    return true;
}

static size_t step(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                   uint8_t *out, size_t cap)
{
    size_t n = 0;

    while (cap - n >= 4 && encoding_ready(piece, run->at, stop)) {
        int value = classify_base64_values[piece->data[run->at]];
        size_t skip;

        if (value >= 0) {
            run->bits = run->bits << 6 | (uint32_t)value;
            run->n_bits += 6;
            run->line++;
            run->at++;
            if (run->n_bits < 8)
                continue;
            run->n_bits -= 8;
            out[n++] = (uint8_t)(run->bits >> run->n_bits);
            continue;
        }
        skip = piece->data[run->at] == '='
                   ? 0
                   : wrap_next(piece, run->at, run->line, classify_base64_values);
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

const struct encoding encoding_base64 = {
    .name = "base64", .sign = SIGN_RUN, .packs = true, .tell = tell, .begin = begin, .step = step};
