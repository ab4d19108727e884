/* Text for people: wrapped, indented, perhaps coloured, and without a byte that a terminal obeys
 * but for the colours. */
#ifndef ASSAY_REPORT_PRINTER_H
#define ASSAY_REPORT_PRINTER_H

#include <assay/buf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum printer_colour {
    PRINTER_PLAIN,
    PRINTER_BOLD,
    PRINTER_DIM,
    PRINTER_RED,
    PRINTER_GREEN,
    PRINTER_YELLOW,
};

struct printer {
    struct assay_buf *buf;
    bool colour;
    bool markup;    /* foreign text is escaped for HTML too, in content and quoted attributes */
    unsigned width; /* columns */
    int error;      /* 0, or the first negative errno: nothing is written after it */
};

/* Appends our own words, as they are. */
void printer_add(struct printer *printer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a text of any length. */
void printer_plain(struct printer *printer, const char *text);

/* Appends foreign text with what is no printable character written as \n, \t, \xHH or \u{H...}:
 * control characters (C0, C1, DEL), the marks that turn the writing direction, invisible and
 * line-breaking ones, and bytes that are not UTF-8. */
void printer_foreign(struct printer *printer, const char *text);

/* The first `len` bytes of a text, which end at a character's border. */
void printer_foreign_part(struct printer *printer, const char *text, size_t len);

/* Appends a number of bytes as "17 bytes", "1.8 GiB". */
void printer_size(struct printer *printer, int64_t bytes);

/* Writes a number with its thousands apart, "61,204", and returns `ret`. */
#define PRINTER_COUNT 32
const char *printer_count(int64_t n, char ret[PRINTER_COUNT]);

/* Starts a colour that lasts until PRINTER_PLAIN. */
void printer_colour(struct printer *printer, enum printer_colour colour);

/* Appends foreign text, wrapped at spaces to the width. The cursor stands at column `at` of a line;
 * further lines are indented by `indent` columns. Ends with a newline. */
void printer_wrap(struct printer *printer, const char *text, unsigned at, unsigned indent);

#endif
