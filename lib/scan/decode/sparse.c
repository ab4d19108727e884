#include "scan/decode/sparse.h"

#include <string.h>

#define BACK 128   /* bytes before the first escape */
#define BEHIND 128 /* behind the last escape, and on to the end of the word */
#define TOKEN 2048 /* but no further than this */

_Static_assert(BACK <= ENCODING_BACK, "bytes that are looked back at");

static bool is_text(uint8_t c)
{
    return c >= 0x20 ? c != 0x7f : c == '\t';
}

static bool is_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80;
}

uint64_t sparse_tell(const struct encoding_block *block, uint8_t c)
{
    uint64_t told = 0;

    for (uint64_t left = block->escape; left; left &= left - 1) {
        if (block->data[__builtin_ctzll(left)] == c)
            told |= left & -left;
    }
    return told;
}

void sparse_begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    size_t start = at;

    while (start > 0 && at - start < BACK && is_text(piece->data[start - 1]))
        start--;
    if (at - start == BACK && start > 0)
        while (start < at && is_word(piece->data[start - 1]) && is_word(piece->data[start]))
            start++;
    ret->at = ret->text = start;
    ret->escape = piece->offset + at;
}

bool sparse_ends(const struct encoding_run *run, const struct encoding_piece *piece)
{
    uint8_t c = piece->data[run->at];
    uint64_t offset = piece->offset + run->at, behind = offset - run->escape;

    if (!is_text(c))
        return true;
    if (offset <= run->escape || behind < BEHIND)
        return false;
    return behind >= TOKEN || c == ' ' || c == '"' || c == '\'' || c == '\t';
}

int32_t sparse_hex(const struct encoding_piece *piece, size_t at, size_t n)
{
    int32_t value = 0;

    if (at > piece->len || piece->len - at < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        int digit = classify_hex_values[piece->data[at + i]];

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}
