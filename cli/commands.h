/* The table of commands, how one is found, and the help made from it. */
#ifndef ASSAY_CLI_COMMANDS_H
#define ASSAY_CLI_COMMANDS_H

#include <stddef.h>
#include <stdio.h>

#include "cli.h"

extern const struct option_spec global_options[];

/* Finds the command that `words` begin with: two words first, then one. Returns it and how many
 * words its name has in *ret_words; NULL when there is none. */
const struct command *commands_find(const char *const *words, size_t n, size_t *ret_words);

/* Says that there is no such command, and which may have been meant; CLI_USAGE. */
int commands_unknown(struct cli *cli, const char *const *words, size_t n);

/* The list of commands with the global options and the exit codes. */
void commands_help(FILE *out);

/* The help of one command: usage, text, options, columns, example. */
void commands_help_one(const struct command *command, FILE *out);

#endif
