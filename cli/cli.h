/* What every command shares: the context it runs in, and what a command is. */
#ifndef ASSAY_CLI_H
#define ASSAY_CLI_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/* Exit codes. A function that returns `int` here returns one of them, CLI_OK when it did its
 * work; on another one it has said why by cli_fail(), or the code itself is the answer. */
enum cli_exit {
    CLI_OK = 0,           /* passed or done */
    CLI_REJECTED = 1,     /* audited and rejected */
    CLI_USAGE = 2,        /* wrong use, or what was asked for is not there */
    CLI_INCOMPLETE = 3,   /* not fully audited */
    CLI_BUILD_FAILED = 4, /* build failed or canceled */
    CLI_SERVER = 5,       /* server or network */
    CLI_DENIED = 6,       /* not allowed */
    CLI_UNVERIFIED = 7,   /* verification failed */
    CLI_TIMEOUT = 8,      /* timed out waiting */
};

struct api;

/* The context of one run. */
struct cli {
    const char *server;      /* base URL without a slash at its end */
    const char *token_given; /* --token, or NULL */
    const char *token_file;  /* --token-file, or NULL */
    char *token;             /* set by token_find() at the first request; NULL: none; owned */
    bool json;               /* --json */
    bool colour;             /* colours on stdout */
    struct assay_error err;  /* why it failed; main() prints it */
    struct api *api;         /* opened at the first request */
};

/* Sets the sentence that main() prints by cli_say() and returns `code`. */
int cli_fail(struct cli *cli, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints the sentence, if one is set, to stderr ("assay: ...") and forgets it. What servers and
 * files put into it is made safe for a terminal. */
void cli_say(struct cli *cli);

/* The same as cli_fail() with a sentence the library made. */
int cli_fail_error(struct cli *cli, int code, const struct assay_error *err);

/* "Out of memory", CLI_SERVER. */
int cli_fail_memory(struct cli *cli);

/* Prints `json` to stdout, indented, with a newline. */
int cli_print_json(struct cli *cli, const json_t *json);

/* Writes `len` bytes to stdout as they are and flushes; a full disk or a closed pipe is an error.
 */
int cli_print(struct cli *cli, const void *data, size_t len);

/* Parses a build's number ("12" or "#12"), 1 or more. */
int cli_parse_id(struct cli *cli, const char *text, int64_t *ret);

/* A command: one file in command/, one row in commands.c. */
struct command {
    const char *name;                  /* "build", or two words: "key generate" */
    const char *arguments;             /* as shown in its usage, "" for none */
    const char *summary;               /* one line for the list of commands */
    const char *help;                  /* what it does, wrapped by hand at 80 columns */
    const char *example;               /* one or more whole lines, each beginning with "assay " */
    const struct option_spec *options; /* ended by a row without a name; NULL: none */
    const char *const *columns;        /* of the table it prints, ended by NULL; NULL: none */
    int min_args, max_args;            /* max_args -1: any number */
    int (*run)(struct cli *cli, const struct options *options);
};

#endif
