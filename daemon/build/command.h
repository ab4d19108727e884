/* A program of a build: its own process group, a scrubbed environment, no input, its output
 * followed, its time bounded; all of the group is dead when this is over. */
#ifndef ASSAY_BUILD_COMMAND_H
#define ASSAY_BUILD_COMMAND_H

#include <assay/buf.h>

#include "build/job.h"

#define COMMAND_ARGV_MAX 224

struct command {
    const char *argv[COMMAND_ARGV_MAX]; /* NULL-terminated */
    size_t argc;
    const char *cwd;
    bool cache;            /* XDG_CACHE_HOME is the slot's, not one that is thrown away */
    bool tidies;           /* it tidies up after a build: canceling the build does not end it */
    int seconds;           /* of wall time */
    struct assay_buf *out; /* what it writes to stdout; NULL: lines, as stderr */
    void (*line)(void *ctx, const char *text, size_t len);
    void *ctx;
};

/* Adds an argument; -E2BIG. */
int command_add(struct command *command, const char *argument);
/* Adds the strings of a JSON array. */
int command_add_all(struct command *command, const json_t *arguments);

/* Runs it. Returns 0 with *ret_status as of waitpid(2); -ECANCELED; -ETIMEDOUT when it took longer
 * than it may; -ETIME when it was silent for longer than the configuration allows; -EFBIG when it
 * wrote more to stdout than `out` takes; the errors of assay_process_start(). */
int command_run(struct job *job, struct command *command, int *ret_status, struct assay_error *err);

/* Tries whether builds can be isolated: namespaces of their own for mounts (state folder and key
 * are hidden in it) and processes (nothing outlives the build, nothing outside can be seen). */
bool command_can_isolate(const struct app *app);

#endif
