/* Tables: on a terminal with headings, fitted to its width; else one line a row, cells parted by
 * tabs, nothing cut. */
#ifndef ASSAY_CLI_TABLE_H
#define ASSAY_CLI_TABLE_H

#include "cli.h"

#define TABLE_COLUMNS 10

struct table {
    const char *const *headings; /* ended by NULL; at most TABLE_COLUMNS */
    char **cells;                /* rows of as many cells as there are headings */
    size_t n_cells, n_columns;
    bool failed; /* memory ran out; table_print() says so */
};

/* A table with these headings, which must outlive it. */
struct table table_make(const char *const *headings);

/* Adds a row's next cell: foreign text is made safe; NULL or "" is shown as "-". */
void table_cell(struct table *table, const char *text);
void table_cell_number(struct table *table, int64_t number);

/* Bytes as "1.4 GiB" on a terminal, as a plain number elsewhere. */
void table_cell_size(struct table *table, int64_t bytes);

/* A time (RFC 3339, UTC) as "3 min ago" on a terminal, as it is elsewhere. */
void table_cell_time(struct table *table, const char *iso);

/* Prints it to stdout. `empty` is said on a terminal when there is no row. */
int table_print(struct cli *cli, const struct table *table, const char *empty);

void table_free(struct table *table);

#define _cleanup_table_ _cleanup_(table_free)

/* "1.4 GiB"; `ret` holds at least 16 bytes. */
void table_size_text(uint64_t bytes, char ret[16]);

#endif
