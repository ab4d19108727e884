#include "report/printer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static void append(struct printer *printer, const void *data, size_t len)
{
    if (printer->error == 0)
        printer->error = assay_buf_append(printer->buf, data, len);
}

void printer_add(struct printer *printer, const char *format, ...)
{
    _cleanup_free_ char *text = NULL;
    va_list args;
    int n;

    va_start(args, format);
    n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0) {
        text = NULL;
        printer->error = printer->error ? printer->error : -ENOMEM;
        return;
    }
    append(printer, text, (size_t)n);
}

void printer_plain(struct printer *printer, const char *text)
{
    append(printer, text, strlen(text));
}

/* Takes one character off `p` (RFC 3629). Returns its length, or 0 when there is no UTF-8. */
static size_t decode(const unsigned char *p, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c;

    if (n < 2 || p[0] > 0xf4) {
        *ret = p[0];
        return n == 1;
    }
    c = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    *ret = c;
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

/* Characters that show nothing, or change how the rest is shown: Unicode's Cc, Zl, Zp, and those of
 * Cf that are of any width or direction. */
static bool is_hidden(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},
        {0x115f, 0x1160}, {0x180e, 0x180e}, {0x200b, 0x200f},   {0x2028, 0x202e},
        {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
        {0xfff9, 0xfffb}, {0xfdd0, 0xfdef}, {0x1bca0, 0x1bca3}, {0xe0000, 0xe0fff},
        {0xe000, 0xf8ff},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Writes the printable form of the character at `p` to `ret` (at least 16 bytes). Returns its
 * length in the text; *ret_columns receives how many columns it takes. */
static size_t show(const unsigned char *p, char ret[16], unsigned *ret_columns)
{
    uint32_t c = 0;
    size_t n = decode(p, &c);

    if (n > 0 && !is_hidden(c)) {
        memcpy(ret, p, n);
        ret[n] = '\0';
        *ret_columns = 1;
        return n;
    }
    if (n == 0)
        snprintf(ret, 16, "\\x%02x", p[0]);
    else if (c == '\n' || c == '\t' || c == '\r')
        snprintf(ret, 16, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
    else if (c < 0x80)
        snprintf(ret, 16, "\\x%02x", (unsigned)c);
    else
        snprintf(ret, 16, "\\u{%x}", (unsigned)c);
    *ret_columns = (unsigned)strlen(ret);
    return n ? n : 1;
}

/* What a character that means something in HTML is written as, or NULL. */
static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void printer_foreign_part(struct printer *printer, const char *text, size_t len)
{
    const char *end = text + len;
    char shown[16];
    unsigned columns;

    while (text < end) {
        const char *escaped = printer->markup ? entity(*text) : NULL;

        text += show((const unsigned char *)text, shown, &columns);
        append(printer, escaped ? escaped : shown, strlen(escaped ? escaped : shown));
    }
}

void printer_foreign(struct printer *printer, const char *text)
{
    printer_foreign_part(printer, text, strlen(text));
}

void printer_size(struct printer *printer, int64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes / 1024;
    size_t unit = 0;

    if (bytes < 1024) {
        printer_add(printer, "%" PRId64 " %s", bytes, bytes == 1 ? "byte" : "bytes");
        return;
    }
    while (size >= 1024 && unit < sizeof(units) / sizeof(*units) - 1) {
        size /= 1024;
        unit++;
    }
    printer_add(printer, "%.1f %s", size, units[unit]);
}

const char *printer_count(int64_t n, char ret[PRINTER_COUNT])
{
    char digits[PRINTER_COUNT];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, n), at = 0;

    for (int i = 0; i < len && at < PRINTER_COUNT - 2; i++) {
        ret[at++] = digits[i];
        if ((len - i - 1) % 3 == 0 && i + 1 < len && digits[i] != '-')
            ret[at++] = ',';
    }
    ret[at] = '\0';
    return ret;
}

void printer_colour(struct printer *printer, enum printer_colour colour)
{
    /* ECMA-48, 8.3.117, Select Graphic Rendition */
    static const char *const codes[] = {
        [PRINTER_PLAIN] = "\x1b[0m",  [PRINTER_BOLD] = "\x1b[1m",     [PRINTER_DIM] = "\x1b[2m",
        [PRINTER_RED] = "\x1b[1;31m", [PRINTER_GREEN] = "\x1b[1;32m", [PRINTER_YELLOW] = "\x1b[33m",
    };

    if (printer->colour)
        append(printer, codes[colour], strlen(codes[colour]));
}

/* Columns of the word at `text`, up to the next space. */
static unsigned word_columns(const char *text)
{
    char shown[16];
    unsigned columns, sum = 0;

    while (*text && *text != ' ') {
        text += show((const unsigned char *)text, shown, &columns);
        sum += columns;
    }
    return sum;
}

void printer_wrap(struct printer *printer, const char *text, unsigned at, unsigned indent)
{
    bool first = true;

    while (*text == ' ')
        text++;
    while (*text) {
        unsigned columns = word_columns(text);
        size_t len = 0;
        char shown[16];
        unsigned unused;

        if (!first && at + 1 + columns > printer->width) {
            printer_add(printer, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            append(printer, " ", 1);
            at++;
        }
        while (text[len] && text[len] != ' ') {
            len += show((const unsigned char *)text + len, shown, &unused);
            append(printer, shown, strlen(shown));
        }
        at += columns;
        text += len;
        while (*text == ' ')
            text++;
        first = false;
    }
    append(printer, "\n", 1);
}
