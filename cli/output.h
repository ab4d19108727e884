/* What several commands print the same way. */
#ifndef ASSAY_CLI_OUTPUT_H
#define ASSAY_CLI_OUTPUT_H

#include "cli.h"
#include "table.h"

/* Renders a report in `format` ("text", "json") to stdout, the text fitted to a terminal;
 * CLI_USAGE for a format that is not known. */
int output_report(struct cli *cli, const json_t *report, const char *format, bool verbose);

/* Prints "  label   text" with foreign text made safe; nothing for a text that is NULL or "". */
void output_field(const char *label, const char *text);

/* GETs the array at `path` (NULL: memory ran out) and prints it, as a table unless --json was
 * given: `row` adds the cells of one item; `empty` is said on a terminal when there is none.
 * Returns an exit code. */
int output_list(struct cli *cli, const char *path, const char *const *columns,
                void (*row)(struct table *table, const json_t *item), const char *empty);

#endif
