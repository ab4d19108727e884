#include "table.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <assay/clock.h>

#include "terminal.h"

#define GAP 2         /* blanks between columns */
#define NARROWEST 8   /* a column is not cut below this */
#define CELL_MAX 1024 /* bytes of a cell */

struct table table_make(const char *const *headings)
{
    struct table table = {.headings = headings};

    while (headings[table.n_columns])
        table.n_columns++;
    return table;
}

void table_cell(struct table *table, const char *text)
{
    char safe[CELL_MAX];
    char **cells = reallocarray(table->cells, table->n_cells + 1, sizeof(*cells));

    if (cells)
        table->cells = cells;
    terminal_safe(text && text[0] ? text : "-", safe, sizeof(safe));
    if (!cells || !(cells[table->n_cells] = strdup(safe)))
        table->failed = true;
    else
        table->n_cells++;
}

void table_cell_number(struct table *table, int64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRId64, number);
    table_cell(table, text);
}

void table_size_text(uint64_t bytes, char ret[16])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;

    for (; value >= 1000 && unit < 4; unit++)
        value /= 1024;
    snprintf(ret, 16, unit && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void table_cell_size(struct table *table, int64_t bytes)
{
    char text[16];

    if (!isatty(STDOUT_FILENO)) {
        table_cell_number(table, bytes);
        return;
    }
    table_size_text(bytes < 0 ? 0 : (uint64_t)bytes, text);
    table_cell(table, text);
}

void table_cell_time(struct table *table, const char *iso)
{
    struct tm tm = {0};
    const char *end = iso ? strptime(iso, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;
    char text[48];
    int64_t ago;

    if (!end || *end || !isatty(STDOUT_FILENO)) {
        table_cell(table, iso);
        return;
    }
    ago = assay_clock_unix() - timegm(&tm);
    if (ago < 60)
        snprintf(text, sizeof(text), "just now");
    else if (ago < 2 * 3600)
        snprintf(text, sizeof(text), "%" PRId64 " min ago", ago / 60);
    else if (ago < 2 * 86400)
        snprintf(text, sizeof(text), "%" PRId64 " h ago", ago / 3600);
    else
        strftime(text, sizeof(text), "%Y-%m-%d", &tm);
    table_cell(table, text);
}

/* The widths that fit: what the cells need, and then the widest is cut until the row fits. */
static void fit(const struct table *table, size_t *widths, size_t room)
{
    size_t n = table->n_columns, total;

    for (size_t c = 0; c < n; c++)
        widths[c] = terminal_columns(table->headings[c]);
    for (size_t i = 0; i < table->n_cells; i++)
        if (terminal_columns(table->cells[i]) > widths[i % n])
            widths[i % n] = terminal_columns(table->cells[i]);
    for (;;) {
        size_t widest = 0;

        total = (n - 1) * GAP;
        for (size_t c = 0; c < n; c++) {
            total += widths[c];
            if (widths[c] > widths[widest])
                widest = c;
        }
        if (total <= room || widths[widest] <= NARROWEST)
            return;
        widths[widest]--;
    }
}

static void print_cell(const char *text, size_t width, bool last, const char *colour)
{
    size_t columns = terminal_columns(text), bytes = 0, shown = 0;
    bool cut = columns > width;

    /* As many whole characters as fit, one fewer where an ellipsis has to stand. */
    while (text[bytes] && shown < width - cut) {
        bytes++;
        while (((unsigned char)text[bytes] & 0xc0) == 0x80)
            bytes++;
        shown++;
    }
    printf("%s%.*s%s%s", colour, (int)bytes, text, cut ? "…" : "", colour[0] ? TERMINAL_RESET : "");
    if (!last)
        printf("%*s", (int)(width - shown - cut + GAP), "");
}

static void print_fitted(const struct cli *cli, const struct table *table)
{
    size_t widths[TABLE_COLUMNS], n = table->n_columns;

    fit(table, widths, terminal_width(STDOUT_FILENO));
    for (size_t c = 0; c < n; c++)
        print_cell(table->headings[c], widths[c], c + 1 == n, cli->colour ? TERMINAL_BOLD : "");
    putchar('\n');
    for (size_t i = 0; i < table->n_cells; i++) {
        print_cell(table->cells[i], widths[i % n], i % n + 1 == n,
                   cli->colour ? terminal_colour_of(table->cells[i]) : "");
        if (i % n + 1 == n)
            putchar('\n');
    }
}

int table_print(struct cli *cli, const struct table *table, const char *empty)
{
    if (table->failed || table->n_columns == 0)
        return cli_fail_memory(cli);
    if (isatty(STDOUT_FILENO)) {
        if (table->n_cells)
            print_fitted(cli, table);
        else
            puts(empty);
        return CLI_OK;
    }
    for (size_t i = 0; i < table->n_cells; i++)
        printf("%s%c", table->cells[i], (i + 1) % table->n_columns ? '\t' : '\n');
    return CLI_OK;
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->n_cells; i++)
        free(table->cells[i]);
    free(table->cells);
    table->cells = NULL;
    table->n_cells = 0;
}
