/* What several commands print the same way. */
#ifndef ASSAY_CLI_OUTPUT_H
#define ASSAY_CLI_OUTPUT_H

#include "cli.h"
#include "table.h"

/* How a report is asked for. */
struct output {
    const char *format, *file; /* `file`: NULL for stdout */
    bool verbose;
};

/* The rows of a command that prints a report. */
#define OUTPUT_OPTIONS                                                           \
    {"format", 'f', "FORMAT", "text (default), json, sarif or html"},            \
        {"output", 'o', "FILE", "where to put it; its ending names the format"}, \
    {                                                                            \
        "verbose", 'v', NULL, "also what does not block, and every place"        \
    }

/* Reads OUTPUT_OPTIONS. CLI_USAGE for a format that is not known, with the one that may have been
 * meant. */
int output_wanted(struct cli *cli, const struct options *options, struct output *ret);

/* Renders a report to where it is wanted, the text fitted to a terminal. */
int output_report(struct cli *cli, const json_t *report, const struct output *output);

/* Prints "  label   text" with foreign text made safe; nothing for a text that is NULL or "". */
void output_field(const char *label, const char *text);

/* GETs the array at `path` (NULL: memory ran out) and prints it, as a table unless --json was
 * given: `row` adds the cells of one item; `empty` is said on a terminal when there is none.
 * Returns an exit code. */
int output_list(struct cli *cli, const char *path, const char *const *columns,
                void (*row)(struct table *table, const json_t *item), const char *empty);

#endif
