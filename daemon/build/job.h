/* One build on its way through the stages, in one of the runner's threads. */
#ifndef ASSAY_BUILD_JOB_H
#define ASSAY_BUILD_JOB_H

#include <limits.h>
#include <stdatomic.h>

#include "app.h"
#include "build/buildlog.h"

struct job {
    struct app *app;
    const atomic_bool *stopping; /* the daemon is going down */
    int slot;                    /* number of the thread, from 0 */
    struct build build;
    const struct target *target;
    struct buildlog *log;
    enum build_state next; /* where a stage that went well leads; a stage may change it */
    const char *kind;      /* of the failure, where one; a stage may change it */
    uint64_t progress_at;  /* when progress was told last, and... */
    uint64_t asked_at;     /* ...cancellation asked for; milliseconds of the monotonic clock */
    int lost;              /* how often it had to go back to an earlier stage */
    bool canceled;
    char tail[256]; /* the last line that the stage's command said */
};

/* A state that a build passes through, and what is done in it. */
struct stage {
    enum build_state state;
    const char *kind; /* of a failure, unless the stage says otherwise */
    enum build_state next;
    /* 0: on to job->next. -ECANCELED: stop at once. Otherwise the build has failed with `err`. */
    int (*run)(struct job *job, struct assay_error *err);
};

extern const struct stage stages[];
extern const size_t n_stages;

/* True when the build was canceled or the daemon is going down; asks the store a few times a
 * second at most. */
bool job_stopped(struct job *job);

/* Tells the progress of the stage, a few times a second at most; see store_build_progress(). */
void job_progress(struct job *job, const char *text, uint64_t done, uint64_t total,
                  uint64_t entries);

/* The stages' functions, each in a file of its own. */
int stage_start(struct job *job, struct assay_error *err);
int stage_build(struct job *job, struct assay_error *err);
int stage_assemble(struct job *job, struct assay_error *err);
int stage_audit(struct job *job, struct assay_error *err);
int stage_publish(struct job *job, struct assay_error *err);

#endif
