/* The terminal: what it can do, and keeping it from obeying what a server sent. */
#ifndef ASSAY_CLI_TERMINAL_H
#define ASSAY_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether descriptor `fd` is a terminal that shows colours (TERM is set and not "dumb"). */
bool terminal_colour(int fd);

/* Columns of the terminal `fd`, 20 to 500; 80 when it does not say. */
unsigned terminal_width(int fd);

/* Columns that UTF-8 text takes, one for each character. */
size_t terminal_columns(const char *text);

/* Copies foreign text, at most `size` bytes with the NUL, cut between characters: control
 * characters of ASCII and of Unicode (C1), bidirectional overrides and what is not UTF-8 become
 * '?', line breaks and tabs a blank. */
void terminal_safe(const char *text, char *ret, size_t size);

/* The same for a stream of any length that comes in pieces, such as a log: line breaks and tabs
 * stay, colour sequences (ESC [ ... m and its like) are left out. */
struct terminal_filter {
    int state;          /* 0 at first */
    uint8_t pending[4]; /* the begun character */
    size_t n_pending;
};

/* Filters `len` bytes into `ret`, which has room for len + 4; returns how many were written. */
size_t terminal_filter(struct terminal_filter *filter, const void *data, size_t len, char *ret);

/* The SGR sequence for a state, a verdict or a severity: green what is good, red what is bad,
 * yellow what needs a look; "" for other words. */
const char *terminal_colour_of(const char *word);

#define TERMINAL_RESET "\033[0m"
#define TERMINAL_BOLD "\033[1m"

#endif
