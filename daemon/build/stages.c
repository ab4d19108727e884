#include <assay/clock.h>

#include "build/job.h"

/* The way of a build. Each state is written down when the stage before it has done its work, so
 * that a crash leads back to the start of the stage it happened in. */
const struct stage stages[] = {
    {BUILD_QUEUED, "infrastructure", BUILD_BUILDING, stage_start},
    {BUILD_BUILDING, "build", BUILD_ASSEMBLING, stage_build},
    {BUILD_ASSEMBLING, "build", BUILD_AUDITING, stage_assemble},
    {BUILD_AUDITING, "audit", BUILD_SIGNING, stage_audit},
    {BUILD_SIGNING, "sign", BUILD_PUBLISHED, stage_publish},
};
const size_t n_stages = sizeof(stages) / sizeof(*stages);

#define ASK_MS 250  /* between two looks whether the build was canceled */
#define TELL_MS 200 /* between two changes of the progress shown */

bool job_stopped(struct job *job)
{
    uint64_t now = assay_clock_ms();

    if (!job->canceled && now - job->asked_at >= ASK_MS) {
        job->asked_at = now;
        job->canceled = store_build_canceled(job->app->store, job->build.id);
    }
    return job->canceled || atomic_load(job->stopping);
}

void job_progress(struct job *job, const char *text, uint64_t done, uint64_t total,
                  uint64_t entries)
{
    uint64_t now = assay_clock_ms();

    if (now - job->progress_at < TELL_MS)
        return;
    job->progress_at = now;
    store_build_progress(job->app->store, job->build.id, text, done, total, entries);
}
