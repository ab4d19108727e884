#include "bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <assay/clock.h>

#include "table.h"
#include "terminal.h"

#define FIRST_AFTER 1000 /* milliseconds; what is done sooner needs no bar */
#define EVERY 100
#define METER 20 /* columns of the meter itself... */
#define WIDE 100 /* ...and those of a terminal that has room for it beside the rest */

struct bar bar_make(bool bytes, uint64_t first)
{
    return (struct bar){.terminal = isatty(STDERR_FILENO),
                        .bytes = bytes,
                        .started = assay_clock_ms(),
                        .first = first};
}

/* "[#####     ]  27%  ", where there is room for it all; "27%  " where not. */
static void meter(uint64_t done, uint64_t total, bool whole, char ret[METER + 16])
{
    double part = total ? (double)done / (double)total : 0;
    size_t at = whole ? METER + 2 : 0;
    int full;

    ret[0] = '\0';
    if (!total)
        return;
    part = part > 1 ? 1 : part;
    full = (int)(part * METER);
    if (whole)
        snprintf(ret, METER + 3, "[%.*s%*s]", full, "####################", METER - full, "");
    snprintf(ret + at, 14, whole ? " %3d%%  " : "%d%%  ", (int)(part * 100));
}

/* "12,345", as numbers are grouped in English: the locale is nobody's who reads a log. */
static void grouped(uint64_t number, char ret[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, number);

    for (int i = 0; i < n; i++) {
        *ret++ = digits[i];
        if (i + 1 < n && (n - i) % 3 == 1)
            *ret++ = ',';
    }
    *ret = '\0';
}

/* "120 MiB of 1.4 GiB, 34 MiB/s, 38 s left" */
static void numbers(const struct bar *bar, uint64_t done, uint64_t total, char *ret, size_t size)
{
    double seconds = (double)(assay_clock_ms() - bar->started) / 1000;
    double rate = done > bar->first && seconds > 0 ? (double)(done - bar->first) / seconds : 0;
    char have[16], all[16], per_second[16];
    int n;

    ret[0] = '\0';
    if (!bar->bytes || !done)
        return;
    table_size_text(done, have);
    table_size_text(total, all);
    table_size_text((uint64_t)rate, per_second);
    n = snprintf(ret, size, "%s%s%s, %s/s", have, total ? " of " : "", total ? all : "",
                 per_second);
    if (rate > 0 && total > done && n > 0 && (size_t)n < size) {
        uint64_t left = (uint64_t)((double)(total - done) / rate) + 1;

        snprintf(ret + n, size - (size_t)n,
                 left < 100 ? ", %" PRIu64 " s left" : ", %" PRIu64 " min left",
                 left < 100 ? left : left / 60);
    }
}

void bar_update(struct bar *bar, const char *text, uint64_t done, uint64_t total, uint64_t entries)
{
    uint64_t now = assay_clock_ms();
    char safe[256], shown[METER + 16], counts[96], read[32], line[512];
    size_t width = terminal_width(STDERR_FILENO), bytes = 0;

    if (!bar->terminal || now < bar->started + FIRST_AFTER || now < bar->last + EVERY)
        return;
    bar->last = now;
    terminal_safe(text, safe, sizeof(safe));
    meter(done, total, width >= WIDE, shown);
    numbers(bar, done, total, counts, sizeof(counts));
    grouped(entries, read);
    snprintf(line, sizeof(line), "%s%s%s%s%s%s%s", shown, counts, counts[0] && entries ? ", " : "",
             entries ? read : "", entries ? (entries == 1 ? " entry" : " entries") : "",
             counts[0] || entries ? "  " : "", safe);
    if (!line[0])
        return; /* nothing has begun yet */
    for (size_t columns = 0; line[bytes] && columns < width - 1; columns++) {
        bytes++;
        while (((unsigned char)line[bytes] & 0xc0) == 0x80)
            bytes++;
    }
    fprintf(stderr, "\r%.*s\033[K", (int)bytes, line);
    bar->drawn = true;
}

void bar_clear(struct bar *bar)
{
    if (bar->drawn)
        fputs("\r\033[K", stderr);
    bar->drawn = false;
}
