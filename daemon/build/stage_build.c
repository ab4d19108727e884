/* queued, building: a version, and `nix build`. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <assay/clock.h>
#include <assay/nix.h>
#include <assay/process.h>

#include "build/command.h"
#include "build/workspace.h"

#define RESULT_MAX (1u << 20) /* bytes of what nix build prints as its result */

/* "2026.11.21-12": the day and the build's id. */
int stage_start(struct job *job, struct assay_error *err)
{
    char now[ASSAY_CLOCK_ISO];

    (void)err;
    assay_clock_iso(assay_clock_unix(), now);
    snprintf(job->build.version, sizeof(job->build.version), "%.4s.%.2s.%.2s-%lld", now, now + 5,
             now + 8, (long long)job->build.id);
    return 0;
}

static void log_line(void *ctx, const char *text, size_t len)
{
    struct job *job = ctx;

    buildlog_line(job->log, text, len);
}

static void tell_progress(void *ctx, const char *text, uint64_t done, uint64_t total)
{
    job_progress(ctx, text, done, total, 0);
}

static void follow_nix(void *ctx, const char *text, size_t len)
{
    assay_nix_progress_feed(ctx, text, len);
}

/* Runs it and reads its result. A program that cannot be started, or dies by a signal, or is silent
 * for too long, is not the flake's fault. */
static int run_nix(struct job *job, struct command *command, struct assay_nix_progress *progress,
                   struct assay_error *err)
{
    _cleanup_buf_ struct assay_buf out = ASSAY_BUF(RESULT_MAX);
    char how[64];
    int status, r;

    command->out = &out;
    command->line = follow_nix;
    command->ctx = progress;
    r = command_run(job, command, &status, err);
    if (r < 0) {
        if (r != -ETIMEDOUT && r != -EFBIG)
            job->kind = "infrastructure";
        return r == -ECANCELED ? r : assay_error_prefix(err, "nix build of %s", job->build.target);
    }
    if (status != 0) {
        const char *said = assay_nix_progress_error(progress);

        if (WIFSIGNALED(status))
            job->kind = "infrastructure";
        assay_process_describe(status, how, sizeof(how));
        return assay_error_set(err, ECHILD, "nix build of %s#%s failed (%s)%s%s; the log says more",
                               job->target->flake, job->target->attribute, how, *said ? ": " : "",
                               said);
    }
    return assay_nix_build_result(assay_buf_str(&out), out.len, job->build.out_path, err);
}

int stage_build(struct job *job, struct assay_error *err)
{
    const struct config *config = job->app->config;
    char gcroot[PATH_MAX], home[PATH_MAX];
    struct assay_nix_sink sink = {log_line, tell_progress, job};
    struct assay_nix_build build = {.program = config->nix_program,
                                    .options = config->nix_options,
                                    .flake = job->target->flake,
                                    .attribute = job->target->attribute,
                                    .out_link = gcroot};
    struct assay_nix_command nix;
    struct command command = {.cwd = home, .cache = true, .seconds = config->build_seconds};
    struct assay_nix_progress *progress;
    int r;

    workspace_gcroot(job, gcroot);
    workspace_slot(job, "home", home);
    r = assay_nix_build_command(&build, &nix, err);
    if (r < 0)
        return r;
    for (const char **argument = nix.argv; *argument; argument++)
        command_add(&command, *argument);
    progress = assay_nix_progress_new(&sink);
    if (!progress)
        return assay_error_set(err, ENOMEM, "out of memory");
    buildlog_say(job->log, "building %s", nix.installable);
    r = run_nix(job, &command, progress, err);
    assay_nix_progress_free(progress);
    return r;
}
