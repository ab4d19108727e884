/* UTF-16 (RFC 2781), little and big endian: told by eight ASCII characters in a row, or by a byte
 * order mark at the content's beginning. A run goes on over characters of all scripts and ends at
 * the first that is not one: NUL, most controls, half a surrogate pair. */
#include "scan/decode/encoding.h"

#define LEAST 8 /* ASCII characters in a row */

static bool is_plain(uint8_t c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
}

static uint32_t unit_at(const struct encoding_piece *piece, size_t at, bool big)
{
    const uint8_t *p = piece->data + at;

    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* Two ASCII characters, taken for none in UTF-16. */
static bool is_pair(uint32_t unit)
{
    return is_plain((uint8_t)unit) && is_plain((uint8_t)(unit >> 8));
}

/* Letters of most alphabets and common punctuation: hardly ever by chance, but for U+00FF. */
static bool is_sure(uint32_t unit)
{
    if (unit < 0x100)
        return is_plain((uint8_t)unit) || (unit >= 0xa0 && unit < 0xff);
    return (unit < 0x600 || (unit >= 0x1e00 && unit < 0x2100)) && !is_pair(unit);
}

/* Chinese, Japanese, Korean, and halves of surrogate pairs: binary data looks like them, too. */
static bool is_doubtful(uint32_t unit)
{
    return ((unit >= 0x600 && unit < 0x1e00) || (unit >= 0x3000 && unit < 0xe000) ||
            (unit >= 0xff00 && unit < 0xfff0)) &&
           !is_pair(unit);
}

/* Positions of eight printable characters, of which the zeros stand `zero` bytes (0 or 1) behind
 * each unit's beginning. */
static uint64_t eight(const struct encoding_block *block, unsigned zero)
{
    uint64_t text[2], units[2];

    classify_set(block->data, CLASSIFY_TEXT, text);
    if (zero) {
        units[0] = text[0] & classify_shift(block->zero, 1);
        units[1] = text[1] & block->zero[1] >> 1;
    } else {
        units[0] = block->zero[0] & classify_shift(text, 1);
        units[1] = block->zero[1] & text[1] >> 1;
    }
    for (unsigned n = 2; n < 2 * LEAST; n *= 2)
        classify_follow(units, n);
    return units[0];
}

static uint64_t tell_little(const struct encoding_block *block)
{
    return eight(block, 1);
}

static uint64_t tell_big(const struct encoding_block *block)
{
    return eight(block, 0);
}

static bool begin(const struct encoding_piece *piece, size_t at, bool big, struct encoding_run *ret)
{
    size_t start = at, low = at > ENCODING_BACK ? at - ENCODING_BACK : 0;

    if (piece->len - at < 2 * (size_t)LEAST)
        return false;
    for (size_t i = 0; i < LEAST; i++) {
        uint32_t unit = unit_at(piece, at + 2 * i, big);

        if (unit >= 0x80 || !is_plain((uint8_t)unit))
            return false;
    }
    while (start >= low + 2 && is_sure(unit_at(piece, start - 2, big)))
        start -= 2;
    ret->text = start;
    while (start >= low + 2 &&
           (is_sure(unit_at(piece, start - 2, big)) || is_doubtful(unit_at(piece, start - 2, big))))
        start -= 2;
    ret->at = start;
    return true;
}

/* Of text whose every second byte is zero, both readings make sense where a zero stands before it.
 * Then the one that stands at an even offset is taken. */
static bool begin_little(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    if (!begin(piece, at, false, ret))
        return false;
    return !((piece->offset + at) & 1) || ret->at == 0 || piece->data[ret->at - 1] != 0;
}

/* The other reading lacks the last character where no zero follows it. So at an odd offset the end
 * of a run is looked for. */
static bool begin_big(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    size_t end = at + 2 * (size_t)LEAST;

    if (((piece->offset + at) & 1) && end < piece->len && piece->data[end] == 0)
        return false;
    return begin(piece, at, true, ret);
}

static bool whole(const struct encoding_piece *piece, bool big, struct encoding_run *ret)
{
    if (piece->len < 4 || unit_at(piece, 0, big) != 0xfeff || unit_at(piece, 2, big) == 0)
        return false;
    ret->at = ret->text = 2;
    ret->trusted = true;
    return true;
}

static bool whole_little(const struct encoding_piece *piece, struct encoding_run *ret)
{
    return whole(piece, false, ret);
}

static bool whole_big(const struct encoding_piece *piece, struct encoding_run *ret)
{
    return whole(piece, true, ret);
}

/* The character at `at`: *ret_size receives its bytes, 2 or 4. */
static uint32_t character_at(const struct encoding_piece *piece, size_t at, bool big,
                             size_t *ret_size)
{
    uint32_t unit = unit_at(piece, at, big), next;

    *ret_size = 2;
    if (unit < 0xd800 || unit >= 0xdc00 || piece->len - at < 4)
        return unit;
    next = unit_at(piece, at + 2, big);
    if (next < 0xdc00 || next >= 0xe000)
        return unit;
    *ret_size = 4;
    return 0x10000 + ((unit & 0x3ff) << 10 | (next & 0x3ff));
}

static size_t step(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                   uint8_t *out, size_t cap, bool big)
{
    size_t n = 0;

    while (cap - n >= 4 && encoding_ready(piece, run->at, stop)) {
        uint32_t c;
        size_t size;

        if (piece->len - run->at < 2) {
            run->ended = true;
            break;
        }
        c = character_at(piece, run->at, big, &size);
        if (!run->trusted && !is_sure(c)) {
            if (run->strict || (size == 2 && (!is_doubtful(c) || (c >= 0xd800 && c < 0xe000)))) {
                run->ended = true;
                break;
            }
            run->doubtful = true;
        }
        n += encoding_put(c, out + n);
        run->at += size;
    }
    if (piece->last && run->at == piece->len)
        run->ended = true;
    return n;
}

static size_t step_little(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                          uint8_t *out, size_t cap)
{
    return step(run, piece, stop, out, cap, false);
}

static size_t step_big(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                       uint8_t *out, size_t cap)
{
    return step(run, piece, stop, out, cap, true);
}

const struct encoding encoding_utf16le = {.name = "utf-16le",
                                          .sign = SIGN_ALTERNATING,
                                          .tell = tell_little,
                                          .begin = begin_little,
                                          .whole = whole_little,
                                          .step = step_little};

const struct encoding encoding_utf16be = {.name = "utf-16be",
                                          .sign = SIGN_ALTERNATING,
                                          .tell = tell_big,
                                          .begin = begin_big,
                                          .whole = whole_big,
                                          .step = step_big};
