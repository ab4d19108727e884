#include "scan/spelling.h"

#include <stdbool.h>
#include <string.h>

#include "scan/latin.h"
#include "scan/text.h"

#define SHARP_S 0xdf /* its capital is younger than the tables that know of none */
#define CAPITAL_SHARP_S 0x1e9e

/* Appends a letter to the word; a combining character goes into the letter before it. */
static int add_letter(struct spelling_word *word, uint32_t c)
{
    uint32_t composed = 0;

    if (c >= 0x300 && c < 0x370 && word->n > 0) {
        composed = latin_compose(word->letters[word->n - 1], c);
        if (composed)
            word->letters[word->n - 1] = composed;
        return 0;
    }
    if (word->n == SPELLING_LETTERS)
        return -1;
    word->letters[word->n++] = text_lower(c);
    return 0;
}

size_t spelling_words(const char *text, const char *separators,
                      struct spelling_word ret[SPELLING_WORDS])
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t len = strlen(text), n = 0, size;
    bool within = false;

    for (size_t i = 0; i < len; i += size) {
        uint32_t c = bytes[i];
        size_t decoded = text_decode(bytes + i, len - i, &c);

        size = decoded ? decoded : 1;
        if (c < 0x80 && strchr(separators, (int)c)) {
            within = false;
            continue;
        }
        if (!within && n < SPELLING_WORDS)
            ret[n++].n = 0;
        within = true;
        if (add_letter(&ret[n - 1], c) < 0)
            return 0;
    }
    return n;
}

static size_t copy(const char *letters, uint8_t *ret)
{
    size_t len = strlen(letters);

    memcpy(ret, letters, len);
    return len;
}

static size_t decompose(const struct latin *latin, uint8_t *ret)
{
    size_t len = copy(latin->base, ret);

    for (size_t i = 0; i < 2 && latin->marks[i]; i++)
        len += text_encode(latin->marks[i], ret + len);
    return len;
}

static bool is_upper(enum spelling_style style, size_t index)
{
    switch (style) {
    case SPELLING_UPPER:
    case SPELLING_DECOMPOSED_UPPER:
    case SPELLING_LATIN1_UPPER:
        return true;
    case SPELLING_TITLE:
    case SPELLING_DECOMPOSED_TITLE:
    case SPELLING_LATIN1_TITLE:
        return index == 0;
    default:
        return false;
    }
}

/* One letter that is not ASCII, the `index`th of its word. */
static size_t write_letter(uint32_t c, size_t index, enum spelling_style style, uint8_t *ret)
{
    const struct latin *latin = latin_find(c);
    uint32_t other = c;

    if (style == SPELLING_BASE || style == SPELLING_WIDE) {
        if (!latin)
            return text_encode(c, ret);
        return copy(style == SPELLING_WIDE && latin->wide ? latin->wide : latin->base, ret);
    }
    if (style >= SPELLING_DECOMPOSED && style <= SPELLING_DECOMPOSED_UPPER && latin &&
        latin->marks[0])
        return decompose(latin, ret);
    if (is_upper(style, index))
        other = c == SHARP_S ? CAPITAL_SHARP_S : text_upper(c);
    if (style < SPELLING_LATIN1_LOWER)
        return text_encode(other, ret);
    ret[0] = (uint8_t)other;
    return other < 0x100 ? 1 : 0;
}

size_t spelling_write(const struct spelling_word *word, enum spelling_style style,
                      uint8_t ret[SPELLING_TEXT])
{
    size_t len = 0;

    for (size_t i = 0; i < word->n; i++) {
        uint32_t c = word->letters[i];
        size_t n = 1;

        if (len > SPELLING_TEXT - 8)
            return 0;
        if (c < 0x80)
            ret[len] = (uint8_t)c;
        else
            n = write_letter(c, i, style, ret + len);
        if (n == 0)
            return 0;
        len += n;
    }
    return len;
}

int spelling_narrow(const struct spelling_word *word, struct spelling_word *ret)
{
    static const char before[] = "aou";
    static const uint32_t umlauts[] = {0xe4, 0xf6, 0xfc};
    int found = 0;

    ret->n = 0;
    for (size_t i = 0; i < word->n; i++) {
        uint32_t c = word->letters[i];
        const char *at = c && c < 0x80 ? strchr(before, (int)c) : NULL;

        if (at && i + 1 < word->n && word->letters[i + 1] == 'e') {
            ret->letters[ret->n++] = umlauts[at - before];
            found = 1;
            i++;
        } else {
            ret->letters[ret->n++] = c;
        }
    }
    return found;
}
