#include "scan/text.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t utf8;

static void make_locale(void)
{
    /* Compiled into glibc since 2.35: no file is opened. */
    utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

size_t text_decode(const uint8_t *p, size_t left, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n;
    uint32_t c;

    if (left == 0)
        return 0;
    if (p[0] < 0x80) {
        *ret = p[0];
        return 1;
    }
    n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (n == 0 || n > left)
        return 0;
    c = p[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    *ret = c;
    return n;
}

size_t text_encode(uint32_t c, uint8_t ret[4])
{
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n; i-- > 1; c >>= 6)
        ret[i] = (uint8_t)(0x80 | (c & 0x3f));
    ret[0] = (uint8_t)(lead[n] | c);
    return n;
}

static bool is_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    pthread_once(&once, make_locale);
    return utf8 && iswalnum_l(c, utf8);
}

bool text_word_before(const uint8_t *text, size_t at)
{
    uint32_t c;

    for (size_t n = 1; n <= 4 && n <= at; n++) {
        if (n > 1 && (text[at - n + 1] & 0xc0) != 0x80)
            return false;
        if ((text[at - n] & 0xc0) != 0x80)
            return text_decode(text + at - n, n, &c) == n && is_word(c);
    }
    return false;
}

bool text_word_after(const uint8_t *text, size_t len, size_t at)
{
    uint32_t c;

    return at < len && text_decode(text + at, len - at, &c) > 0 && is_word(c);
}

uint32_t text_lower(uint32_t c)
{
    pthread_once(&once, make_locale);
    return utf8 ? towlower_l(c, utf8) : c;
}

uint32_t text_upper(uint32_t c)
{
    pthread_once(&once, make_locale);
    return utf8 ? towupper_l(c, utf8) : c;
}

void text_fold(const uint8_t *text, size_t len, uint8_t *ret)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t lower[4];
        uint32_t c;

        ret[i] = text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i];
        if (text[i] < 0xc2 || text[i] >= 0xe0 || text_decode(text + i, len - i, &c) != 2)
            continue;
        if (text_encode(text_lower(c), lower) == 2)
            memcpy(ret + i, lower, 2);
        else
            ret[i + 1] = text[i + 1];
        i++;
    }
}

static bool is_printable(uint8_t c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
}

size_t text_printable_run(const uint8_t *text, size_t len, size_t start, size_t end, size_t limit,
                          bool *ret_whole)
{
    size_t low = start, high = end;

    while (low > 0 && start - low < limit && is_printable(text[low - 1]))
        low--;
    while (high < len && high - end < limit && is_printable(text[high]))
        high++;
    *ret_whole = low == 0 && high == len;
    return high - low;
}
