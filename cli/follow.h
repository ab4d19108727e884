/* Following a build to its end, and saying how it ended. */
#ifndef ASSAY_CLI_FOLLOW_H
#define ASSAY_CLI_FOLLOW_H

#include "cli.h"
#include "output.h"

/* Waits by long polls until build `id` is in a final state; stages and progress go to stderr.
 * `said` is the state that was told already ("" for none). An unreachable server is tried again for
 * half a minute, so that a restart of assayd is survived. `deadline` is in milliseconds of the
 * monotonic clock (assay_clock_ms()), 0: none; CLI_TIMEOUT when it passes. The caller owns *ret,
 * the build in the API's shape. */
int follow_build(struct cli *cli, int64_t id, const char *said, uint64_t deadline, json_t **ret);

/* The exit code for how a build ended: CLI_OK, CLI_REJECTED, CLI_INCOMPLETE, CLI_BUILD_FAILED. */
int follow_exit(const json_t *build);

/* Prints how it ended and why, with the report of a rejected one. Returns follow_exit(), or the
 * code of what kept it from finding out. With --json it prints nothing. */
int follow_outcome(struct cli *cli, const json_t *build);

/* Reads --timeout (FOLLOW_TIMEOUT_OPTION) as such a deadline. */
int follow_deadline(struct cli *cli, const struct options *options, uint64_t *ret);

/* The row for a command's table. */
#define FOLLOW_TIMEOUT_OPTION                                               \
    {                                                                       \
        "timeout", 0, "SECONDS", "give up waiting after that (exit code 8)" \
    }

/* Waits until a fifth of a second has passed since `begun` (assay_clock_ms()): a stage that tells
 * of its progress all the time is not asked all the time. */
void follow_pace(uint64_t begun);

/* Fetches the report of build `id` and renders it to where it is wanted. */
int follow_report(struct cli *cli, int64_t id, const struct output *output);

#endif
