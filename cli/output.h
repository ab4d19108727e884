/* What several commands print the same way. */
#ifndef ASSAY_CLI_OUTPUT_H
#define ASSAY_CLI_OUTPUT_H

#include "cli.h"

/* Renders a report in `format` ("text", "json") to stdout, the text fitted to a terminal;
 * CLI_USAGE for a format that is not known. */
int output_report(struct cli *cli, const json_t *report, const char *format, bool verbose);

/* Prints "  label   text" with foreign text made safe; nothing for a text that is NULL or "". */
void output_field(const char *label, const char *text);

/* Prints builds, an array in the API's shape, as a table of these columns. */
extern const char *const output_builds_columns[];
int output_builds(struct cli *cli, const json_t *builds);

#endif
