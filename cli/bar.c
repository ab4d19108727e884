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
#define METER 20 /* columns of the meter itself */

struct bar bar_make(bool bytes, uint64_t first)
{
    return (struct bar){.terminal = isatty(STDERR_FILENO),
                        .bytes = bytes,
                        .started = assay_clock_ms(),
                        .first = first};
}

static void meter(uint64_t done, uint64_t total, char ret[METER + 16])
{
    double part = total ? (double)done / (double)total : 0;
    int full = (int)((part > 1 ? 1 : part) * METER);

    if (!total) {
        ret[0] = '\0';
        return;
    }
    memset(ret, ' ', METER + 2);
    memset(ret + 1, '#', (size_t)full);
    ret[0] = '[';
    ret[METER + 1] = ']';
    snprintf(ret + METER + 2, 14, " %3d%%  ", (int)((part > 1 ? 1 : part) * 100));
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

void bar_update(struct bar *bar, const char *text, uint64_t done, uint64_t total)
{
    uint64_t now = assay_clock_ms();
    char safe[256], shown[METER + 16], counts[96], line[512];
    size_t room = terminal_width(STDERR_FILENO) - 1, bytes = 0;

    if (!bar->terminal || now < bar->started + FIRST_AFTER || now < bar->last + EVERY)
        return;
    bar->last = now;
    terminal_safe(text, safe, sizeof(safe));
    meter(done, total, shown);
    numbers(bar, done, total, counts, sizeof(counts));
    snprintf(line, sizeof(line), "%s%s%s%s", shown, counts, counts[0] ? "  " : "", safe);
    for (size_t columns = 0; line[bytes] && columns < room; columns++) {
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
