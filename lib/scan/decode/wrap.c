#include "scan/decode/wrap.h"

#include <string.h>

#define GAP_MAX 128  /* bytes between two lines */
#define LINE_MAX 160 /* of the next line are looked at */
#define LINE 20      /* least characters of a line that goes on, and of the next one */
#define FULL 40      /* a line of so many may be followed by a shorter last one */

_Static_assert(GAP_MAX + LINE_MAX < ENCODING_AHEAD, "bytes that are looked ahead at");

/* The bytes of a line break with what stands around it, 0 when there is none. A string may end in
 * "\n" and its line then end, too; but an empty line is the end. */
static size_t gap(const uint8_t *text, size_t len)
{
    size_t n = 0;
    int ends = 0, written = 0;

    for (; n < len && n < GAP_MAX && ends < 2 && written < 2; n++) {
        if (text[n] == '\\' && len - n > 1 && (text[n + 1] == 'n' || text[n + 1] == 'r'))
            written += text[++n] == 'n';
        else if (text[n] == '\n')
            ends++;
        else if (text[n] == 0 || !memchr("\\\"', \t\r", text[n], 8))
            break;
    }
    return (ends || written) && ends < 2 && written < 2 ? n : 0;
}

/* Not ":", "." and "(", as they stand behind words. */
static bool ends_line(uint8_t c)
{
    return c <= ' ' || c >= 0x7f || strchr("=\\\"',;<>)]}&#*|`", c);
}

size_t wrap_next(const struct encoding_piece *piece, size_t at, size_t line,
                 const int16_t values[256])
{
    const uint8_t *text = piece->data + at;
    size_t len = piece->len - at, skip = line < LINE ? 0 : gap(text, len), n = 0;

    if (skip == 0)
        return 0;
    while (n < LINE_MAX && skip + n < len && values[text[skip + n]] >= 0)
        n++;
    if (n == 0 || (n < LINE && line < FULL))
        return 0;
    return n == LINE_MAX || skip + n == len || ends_line(text[skip + n]) ? skip : 0;
}
