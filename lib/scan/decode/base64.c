/* Base64 (RFC 4648), standard and URL-safe, padded or not, in one line or several.
 *
 * Text is told by four quads that decode to twelve bytes below 0x80, which also says where quads
 * begin: a run may stand in the middle of other characters of the alphabet. Compressed data is told
 * by its first bytes. So what is not seen is text in which no twelve bytes of ASCII follow one
 * another on a multiple of three from its beginning. */
#include "scan/decode/wrap.h"

#include <string.h>

#define QUADS 4 /* of ASCII that tell a run */

/* Positions at which QUADS quads of ASCII stand, and those of what may be packed data. */
static uint64_t tell(const struct classify_run block[2])
{
    uint64_t low, high, packed;

    low = block[0].first & classify_shift(block[0].second, block[1].second, 1) &
          classify_shift(block[0].third, block[1].third, 2) &
          classify_shift(block[0].base64, block[1].base64, 3);
    high = block[1].first & block[1].second >> 1 & block[1].third >> 2 & block[1].base64 >> 3;
    low &= classify_shift(low, high, 4);
    high &= high >> 4;
    low &= classify_shift(low, high, 8);
    packed = block[0].packed & classify_shift(block[0].base64, block[1].base64, 15);
    return low | packed;
}

static bool is_quad(const uint8_t *quad)
{
    for (size_t i = 0; i < 4; i++)
        if (classify_base64_value(quad[i]) < 0)
            return false;
    return true;
}

static bool is_ascii(const uint8_t *quad)
{
    return is_quad(quad) && !(classify_base64_value(quad[0]) & 32) &&
           !(classify_base64_value(quad[1]) & 8) && !(classify_base64_value(quad[2]) & 2);
}

static bool is_text(const struct encoding_piece *piece, size_t at)
{
    for (size_t i = 0; i < QUADS; i++)
        if (piece->len - at < 4 * (i + 1) || !is_ascii(piece->data + at + 4 * i))
            return false;
    return true;
}

/* gzip: 1f 8b 08, at a place of its own among others. zlib: 78 and one of four, at the run's
 * beginning (RFC 1952, RFC 1950). */
static bool is_packed(const struct encoding_piece *piece, size_t at)
{
    const uint8_t *text = piece->data + at;

    if (piece->len - at < 16)
        return false;
    if (memcmp(text, "H4sI", 4) == 0)
        return true;
    return text[0] == 'e' && memchr("AFJN", text[1], 4) &&
           (at == 0 || classify_base64_value(text[-1]) < 0);
}

static bool begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    const uint8_t *data = piece->data;
    size_t low = at > ENCODING_BACK ? at - ENCODING_BACK : 0;

    ret->text = at;
    if (is_packed(piece, at)) {
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
        int value = classify_base64_value(piece->data[run->at]);
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
                   : wrap_next(piece, run->at, run->line, classify_base64_value);
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

const struct encoding encoding_base64 = {.name = "base64",
                                         .sign = SIGN_RUN,
                                         .packs = true,
                                         .tell_run = tell,
                                         .begin = begin,
                                         .step = step};
