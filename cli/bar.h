/* One line of progress on stderr: on a terminal only, and only once a second has passed. */
#ifndef ASSAY_CLI_BAR_H
#define ASSAY_CLI_BAR_H

#include <stdbool.h>
#include <stdint.h>

struct bar {
    bool terminal;          /* stderr is one */
    bool bytes;             /* what is counted is bytes: shown with a rate and the time left */
    bool drawn;             /* there is something to wipe */
    uint64_t started, last; /* milliseconds of the monotonic clock */
    uint64_t first;         /* what was done when it started: the rate leaves it out */
};

/* A bar that begins now, with `first` done already. */
struct bar bar_make(bool bytes, uint64_t first);

/* Draws it, at most ten times a second, cut to the terminal's width. `text` is foreign and made
 * safe; `total` 0: not known; `entries` of an audit, 0: not counted. */
void bar_update(struct bar *bar, const char *text, uint64_t done, uint64_t total, uint64_t entries);

/* Wipes it, so that lines can be printed. */
void bar_clear(struct bar *bar);

#endif
