#include "scan/skeleton.h"

#include <string.h>

#include "scan/latin.h"
#include "scan/text.h"

#define DIAERESIS 0x308
#define RING 0x30a

static bool is_mark(uint32_t c)
{
    return c >= 0x300 && c < 0x370;
}

/* What a letter becomes by a combining character, where the skeleton is wide. */
static size_t widen(uint32_t mark, uint8_t before, uint8_t ret[4])
{
    if (mark == DIAERESIS && (before == 'a' || before == 'o' || before == 'u'))
        ret[0] = 'e';
    else if (mark == RING && before == 'a')
        ret[0] = 'a';
    else
        return 0;
    return 1;
}

/* The blanks and dashes that typesetters use. */
static uint8_t plain_separator(uint32_t c)
{
    if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000)
        return ' ';
    return c >= 0x2010 && c <= 0x2015 ? '-' : 0;
}

/* The letters of a character that is not ASCII. */
static size_t bare(uint32_t c, bool wide, uint8_t before, uint8_t ret[4])
{
    const struct latin *latin;
    uint8_t separator = plain_separator(c);
    const char *letters;
    size_t len;

    if (is_mark(c))
        return wide ? widen(c, before, ret) : 0;
    if (separator) {
        ret[0] = separator;
        return 1;
    }
    c = text_lower(c);
    latin = latin_find(c);
    if (!latin)
        return text_encode(c, ret);
    letters = wide && latin->wide ? latin->wide : latin->base;
    len = strlen(letters);
    memcpy(ret, letters, len);
    return len;
}

void skeleton_make(const uint8_t *text, size_t len, bool wide, struct skeleton *ret)
{
    size_t out = 0, size;

    for (size_t i = 0; i < len; i += size) {
        uint8_t letters[4];
        uint32_t c = text[i];
        size_t n = 1;

        size = 1;
        if (c < 0x80) {
            letters[0] = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : (uint8_t)c;
        } else {
            size_t decoded = text_decode(text + i, len - i, &c);

            size = decoded ? decoded : 1;
            letters[0] = text[i];
            /* Not UTF-8: a letter of Latin-1, or anything, which matches nothing. */
            if (decoded || c >= 0xc0)
                n = bare(c, wide, out > 0 ? ret->text[out - 1] : 0, letters);
        }
        for (size_t j = 0; j < n; j++, out++) {
            ret->text[out] = letters[j];
            ret->at[out] = (uint16_t)i;
        }
    }
    ret->len = out;
    ret->at[out] = (uint16_t)len;
}

size_t skeleton_find(const struct skeleton *skeleton, size_t at)
{
    size_t i = skeleton->len;

    while (i > 0 && skeleton->at[i - 1] >= at)
        i--;
    return i;
}
