/* The one parser of options, driven by the same tables that the help is printed from. */
#ifndef ASSAY_CLI_OPTIONS_H
#define ASSAY_CLI_OPTIONS_H

#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_MAX 24 /* rows of all tables that are in force at once */

struct option_spec {
    const char *name;  /* "format" for --format */
    char letter;       /* 'f' for -f; 0: none */
    const char *value; /* what its value is called in the help, e.g. "FILE"; NULL: a switch */
    const char *help;  /* one line */
};

/* A parsed command line. Strings are those of argv. */
struct options {
    struct {
        const struct option_spec *spec;
        const char *value; /* "" for a switch that was given; NULL: not given */
    } slots[OPTIONS_MAX];
    size_t n_slots;
    const char **args; /* what is no option, in its order; room for argc of them */
    size_t n_args;
};

/* Declares the rows of `table` (ended by a row without a name; NULL is fine). */
void options_declare(struct options *options, const struct option_spec *table);

/* Parses argv[0..argc), "--name value", "--name=value", "-n value", "-nvalue", options and
 * arguments mixed, "--" ends the options. `options->args` has room for argc strings. Returns 0,
 * or -EINVAL with what is wrong and, for an option that is not known, what may have been meant. */
int options_parse(struct options *options, int argc, char **argv, struct assay_error *err);

/* The value that was given; "" for a switch; NULL when it was not given. */
const char *options_get(const struct options *options, const char *name);

/* A whole number from `min` to `max`; `otherwise` when it was not given. -EINVAL names the bounds.
 */
int options_number(const struct options *options, const char *name, int64_t min, int64_t max,
                   int64_t otherwise, int64_t *ret, struct assay_error *err);

/* How far two words are apart: the Levenshtein distance, at most 255, of their first 63 bytes. */
unsigned options_distance(const char *a, const char *b);

#endif
