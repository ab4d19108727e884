#include "scan/phrase.h"

#include <string.h>

#include "scan/text.h"

static const char separators[] = " .,-_+:()";

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

size_t phrase_make(const char *text, bool reversed, uint8_t ret[PHRASE_MAX], size_t *ret_words)
{
    uint8_t folded[PHRASE_MAX];
    size_t len = strlen(text), out = 0, words = 0;

    if (len > PHRASE_MAX)
        return 0;
    text_fold((const uint8_t *)text, len, folded);
    for (size_t start = 0, end; start < len; start = end + 1) {
        size_t n;

        for (end = start; end < len && !is_separator(folded[end]); end++)
            continue;
        n = end - start;
        if (n == 0)
            continue;
        if (words == 0) {
            memcpy(ret, folded + start, n);
            out = n;
        } else if (reversed) {
            memmove(ret + n + 1, ret, out);
            memcpy(ret, folded + start, n);
            ret[n] = 0;
            out += n + 1;
        } else {
            ret[out] = 0;
            memcpy(ret + out + 1, folded + start, n);
            out += n + 1;
        }
        words++;
    }
    *ret_words = words;
    return out;
}
