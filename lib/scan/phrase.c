#include "scan/phrase.h"

#include <string.h>

#include "scan/text.h"

static const char separators[] = PHRASE_SEPARATORS;

static bool is_separator(uint8_t c)
{
    return c != 0 && strchr(separators, c) != NULL;
}

/* Steps back over one separator; returns its bytes or 0. */
static size_t separator_before(const uint8_t *text, size_t at)
{
    if (at >= 3 && memcmp(text + at - 3, "%20", 3) == 0)
        return 3;
    return at >= 1 && is_separator(text[at - 1]) ? 1 : 0;
}

size_t phrase_match_back(const uint8_t *phrase, size_t len, const uint8_t *folded, size_t end)
{
    size_t at = end;

    while (len > 0) {
        len--;
        if (phrase[len] != 0) {
            if (at == 0 || folded[--at] != phrase[len])
                return PHRASE_NONE;
            continue;
        }
        for (int i = 0; i < PHRASE_GAP; i++)
            at -= separator_before(folded, at);
    }
    return at;
}

/* Steps over one separator; returns its bytes or 0. */
static size_t separator_after(const uint8_t *text, size_t len, size_t at)
{
    if (at + 3 <= len && memcmp(text + at, "%20", 3) == 0)
        return 3;
    return at < len && is_separator(text[at]) ? 1 : 0;
}

size_t phrase_match_on(const uint8_t *phrase, size_t phrase_len, const uint8_t *folded, size_t len,
                       size_t at)
{
    for (size_t i = 0; i < phrase_len; i++) {
        if (phrase[i] != 0) {
            if (at >= len || folded[at++] != phrase[i])
                return PHRASE_NONE;
            continue;
        }
        for (int j = 0; j < PHRASE_GAP; j++)
            at += separator_after(folded, len, at);
    }
    return at;
}

/* Appends to the phrase the words of `text` whose numbers are in [low, high); returns how many
 * words there are in all. */
static size_t put_words(const uint8_t *text, size_t len, size_t low, size_t high, uint8_t *ret,
                        size_t *out)
{
    size_t word = 0;

    for (size_t start = 0, end; start < len; start = end + 1) {
        for (end = start; end < len && !is_separator(text[end]); end++)
            continue;
        if (end == start)
            continue;
        if (word >= low && word < high) {
            if (*out > 0)
                ret[(*out)++] = 0;
            memcpy(ret + *out, text + start, end - start);
            *out += end - start;
        }
        word++;
    }
    return word;
}

size_t phrase_make(const char *text, size_t first, uint8_t ret[PHRASE_MAX], size_t *ret_words)
{
    uint8_t folded[PHRASE_MAX], phrase[PHRASE_MAX];
    size_t len = strlen(text), out = 0, words;

    if (len > PHRASE_MAX)
        return 0;
    text_fold((const uint8_t *)text, len, folded);
    words = put_words(folded, len, first, SIZE_MAX, phrase, &out);
    put_words(folded, len, 0, first, phrase, &out);
    if (first > 0 && first >= words)
        return 0;
    memcpy(ret, phrase, out);
    *ret_words = words;
    return out;
}

size_t phrase_orders(size_t words, size_t ret[3])
{
    size_t n = 1;

    ret[0] = 0;
    if (words > 1)
        ret[n++] = 1;
    if (words > 2)
        ret[n++] = words - 1;
    return n;
}
