#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_colour(int fd)
{
    const char *term = getenv("TERM");

    return isatty(fd) && term && term[0] && strcmp(term, "dumb") != 0;
}

unsigned terminal_width(int fd)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    return size.ws_col < 20 ? 20 : size.ws_col > 500 ? 500 : size.ws_col;
}

size_t terminal_columns(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

enum {
    PLAIN,
    ESCAPE,  /* after ESC */
    SEQUENCE /* within ESC [ ... (ECMA-48, 5.4) */
};

/* Bytes of the character that begins with `first`; 0 when none does (RFC 3629). */
static size_t length_of(uint8_t first)
{
    return first < 0x80   ? 1
           : first < 0xc2 ? 0
           : first < 0xe0 ? 2
           : first < 0xf0 ? 3
           : first < 0xf5 ? 4
                          : 0;
}

/* Whether a whole character of two to four bytes may reach a terminal. */
static bool harmless(const uint8_t *c, size_t n)
{
    uint32_t code = n == 2   ? (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu)
                    : n == 3 ? (c[0] & 0x0fu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu)
                             : (c[0] & 0x07u) << 18 | (c[1] & 0x3fu) << 12 | (c[2] & 0x3fu) << 6 |
                                   (c[3] & 0x3fu);

    if ((n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10ffff)))
        return false; /* longer than need be */
    if (code < 0xa0 || (code >= 0xd800 && code <= 0xdfff))
        return false; /* C1 controls, surrogates */
    /* Marks that turn the direction of text around (UAX #9), so that it reads as something else. */
    return !(code >= 0x202a && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069) &&
           code != 0x200e && code != 0x200f;
}

/* One byte outside of a sequence. Returns how many bytes it wrote. */
static size_t filter_byte(struct terminal_filter *filter, uint8_t byte, char *ret)
{
    size_t n = 0, whole;

    if (filter->n_pending && (byte & 0xc0) != 0x80) {
        filter->n_pending = 0; /* the begun character was cut short */
        ret[n++] = '?';
    }
    if (!filter->n_pending && byte < 0x80) {
        if (byte == 0x1b)
            filter->state = ESCAPE;
        else
            ret[n++] =
                (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f ? '?' : (char)byte;
        return n;
    }
    filter->pending[filter->n_pending++] = byte;
    whole = length_of(filter->pending[0]);
    if (whole > filter->n_pending)
        return n;
    if (whole && harmless(filter->pending, whole)) {
        memcpy(ret + n, filter->pending, whole);
        n += whole;
    } else {
        ret[n++] = '?';
    }
    filter->n_pending = 0;
    return n;
}

size_t terminal_filter(struct terminal_filter *filter, const void *data, size_t len, char *ret)
{
    const uint8_t *bytes = data;
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (filter->state == ESCAPE) {
            filter->state = bytes[i] == '[' ? SEQUENCE : PLAIN;
            if (filter->state == SEQUENCE)
                continue;
            ret[n++] = '?';
        }
        if (filter->state == SEQUENCE) {
            if (bytes[i] >= 0x20 && bytes[i] <= 0x3f)
                continue;
            filter->state = PLAIN;
            if (bytes[i] >= 0x40 && bytes[i] <= 0x7e)
                continue; /* its last byte */
        }
        n += filter_byte(filter, bytes[i], ret + n);
    }
    return n;
}

void terminal_safe(const char *text, char *ret, size_t size)
{
    struct terminal_filter filter = {0};
    size_t n = 0;

    for (; *text && n + 6 < size; text++) {
        size_t added = terminal_filter(&filter, text, 1, ret + n);

        for (size_t i = n; i < n + added; i++)
            if (ret[i] == '\n' || ret[i] == '\t')
                ret[i] = ' ';
        n += added;
    }
    ret[n] = '\0';
}

const char *terminal_colour_of(const char *word)
{
    static const struct {
        const char *word, *colour;
    } table[] = {
        {"published", "\033[32m"}, {"pass", "\033[32m"},       {"good", "\033[32m"},
        {"rejected", "\033[31m"},  {"reject", "\033[31m"},     {"failed", "\033[31m"},
        {"canceled", "\033[33m"},  {"incomplete", "\033[33m"}, {"queued", "\033[2m"},
        {"building", "\033[36m"},  {"assembling", "\033[36m"}, {"auditing", "\033[36m"},
        {"signing", "\033[36m"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(word, table[i].word))
            return table[i].colour;
    return "";
}
