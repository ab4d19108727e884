#include <assay/text.h>

#include <stdint.h>
#include <string.h>

#include <assay/json.h>

/* Length of the escape sequence at `p`, which starts with ESC (ECMA-48, 5.4 and 5.6). */
static size_t escape_length(const char *p, size_t len)
{
    size_t n = 2;

    if (len < 2)
        return len;
    if (p[1] == '[') { /* control sequence: parameters and intermediates, then one final byte */
        while (n < len && p[n] >= 0x20 && p[n] < 0x40)
            n++;
        return n < len ? n + 1 : n;
    }
    if (p[1] == ']') { /* a command to the system: to BEL or ESC \ */
        while (n < len && p[n] != '\a' && p[n] != '\033')
            n++;
        return n < len ? n + (p[n] == '\033' && n + 1 < len ? 2 : 1) : n;
    }
    return 2;
}

/* Cuts to at most `size` - 1 bytes without leaving half a character. */
static size_t cut(const char *text, size_t len, size_t size)
{
    if (len < size)
        return len;
    len = size - 1;
    while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* The control characters that are left: C0, DEL, and C1 as UTF-8 (U+0080 to U+009F). */
static size_t drop_controls(char *text, size_t len)
{
    size_t out = 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];

        if (c == 0xc2 && i + 1 < len && (uint8_t)text[i + 1] < 0xa0) {
            c = '?';
            i++;
        }
        text[out++] = (char)((c < 0x20 && c != '\t') || c == 0x7f ? '?' : c);
    }
    return out;
}

size_t assay_text_clean(const char *line, size_t len, char *ret, size_t size)
{
    _cleanup_free_ char *plain = malloc(len + 1);
    _cleanup_json_ json_t *utf8 = NULL;
    size_t n = 0;

    ret[0] = '\0';
    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
        len--;
    for (size_t i = 0; plain && i < len;) {
        if (line[i] == '\033') {
            i += escape_length(line + i, len - i);
        } else if (line[i] == '\r') {
            n = 0;
            i++;
        } else {
            plain[n++] = line[i++];
        }
    }
    utf8 = plain ? assay_json_foreign_string(plain, n) : NULL;
    if (!utf8)
        return 0;
    n = cut(json_string_value(utf8), json_string_length(utf8), size);
    memcpy(ret, json_string_value(utf8), n);
    n = drop_controls(ret, n);
    ret[n] = '\0';
    return n;
}
