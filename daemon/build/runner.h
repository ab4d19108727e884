/* Takes builds from the queue through their stages, `concurrency` at a time, each in a thread. */
#ifndef ASSAY_BUILD_RUNNER_H
#define ASSAY_BUILD_RUNNER_H

#include <assay/error.h>
#include <stdint.h>

#include "app.h"

/* Starts the threads, which take nothing before the first runner_wake(). Sets app->runner and
 * app->isolated. -EPERM when tarball targets would have no root to run as. */
int runner_start(struct app *app, struct runner **ret, struct assay_error *err);

/* Says that there may be something to do (a build was queued or canceled). */
void runner_wake(struct runner *runner);

/* Ends what runs (process groups killed), joins the threads and hands the builds back to the
 * store, for the next start. */
struct runner *runner_stop(struct runner *runner);

#endif
