#include "build/runner.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <assay/cleanup.h>

#include "build/command.h"
#include "build/crash.h"
#include "build/job.h"
#include "build/workspace.h"
#include "log.h"

/* A build that is claimed for the sixth time is what brings the daemon down. */
#define MAX_ATTEMPTS 5
#define RETRY_SECONDS 2 /* between two tries to write down a failure to a full disk */

struct runner {
    struct app *app;
    atomic_bool stopping;
    pthread_mutex_t lock; /* of what stands below */
    pthread_cond_t wake;
    unsigned long wakes; /* how often runner_wake() was called */
    int n_threads;
    struct runner_thread {
        struct runner *runner;
        int slot;
        pthread_t thread;
    } threads[];
};

/* Waits until runner_wake() has been called more than *seen times, the daemon stops, or `seconds`
 * (-1: for ever) have passed. */
static void wait_for_wake(struct runner *runner, unsigned long *seen, int seconds)
{
    struct timespec until;
    int r = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&runner->lock);
    while (runner->wakes == *seen && !atomic_load(&runner->stopping) && r == 0)
        r = seconds < 0 ? pthread_cond_wait(&runner->wake, &runner->lock)
                        : pthread_cond_timedwait(&runner->wake, &runner->lock, &until);
    *seen = runner->wakes;
    pthread_mutex_unlock(&runner->lock);
}

static const struct stage *find_stage(enum build_state state)
{
    for (size_t i = 0; i < n_stages; i++)
        if (stages[i].state == state)
            return &stages[i];
    return NULL;
}

/* Errors that are the machine's, in whichever stage they are met. */
static bool is_infrastructure(int r)
{
    return r == -ENOSPC || r == -EDQUOT || r == -ENOMEM || r == -EIO || r == -EMFILE ||
           r == -ENFILE || r == -EROFS;
}

/* Removes what publishing put among the blobs, unless somebody wants it; `except` as for
 * store_artifact_wanted(). */
static void drop_artifact(struct job *job, int64_t except)
{
    struct assay_error err;
    const struct app *app = job->app;
    const char *sha256 = job->build.artifact_sha256;
    int r = sha256[0] ? blobs_drop(app->blobs, app->store, sha256, except, &err) : 0;

    if (r < 0)
        log_warning("cannot tidy up after build %lld: %s", (long long)job->build.id, err.text);
}

/* Writes down that the build failed; for as long as it takes, since a disk may be full. What the
 * build left on it goes first. */
static void fail(struct job *job, const char *kind, const char *message)
{
    struct assay_error err = {0};
    unsigned long seen = 0;
    int r;

    if (job->log)
        buildlog_say(job->log, "failed (%s): %s", kind, message);
    log_error("build %lld of %s failed (%s): %s", (long long)job->build.id, job->build.target, kind,
              message);
    drop_artifact(job, job->build.id);
    for (;;) {
        r = store_build_fail(job->app->store, &job->build, kind, message, &err);
        if (r == 0 || r == -ESTALE || atomic_load(job->stopping))
            break;
        log_error("%s; trying again", err.text);
        wait_for_wake(job->app->runner, &seen, RETRY_SECONDS);
    }
}

/* Opens the log of the build's attempt in place of the one that is open. */
static int open_log(struct job *job, struct assay_error *err)
{
    struct buildlog *log;
    char path[PATH_MAX];
    int r;

    app_log_path(job->app, job->build.id, job->build.attempt, path, sizeof(path));
    r = buildlog_open(path, &log, err);
    if (r < 0)
        return r;
    buildlog_close(job->log);
    job->log = log;
    return 0;
}

/* Goes back to an earlier stage, since what that one had made was lost: a further attempt. */
static int go_back(struct job *job, struct assay_error *err)
{
    job->build.attempt++;
    if (++job->lost > MAX_ATTEMPTS)
        return assay_error_set(err, EIO, "what the build needs was lost %d times", MAX_ATTEMPTS);
    buildlog_say(job->log, "what this stage needs was lost in a crash: %s again",
                 build_state_name(job->next));
    return open_log(job, err);
}

/* Runs one stage and writes down where it leads. False: the build goes no further here. */
static bool run_stage(struct job *job, const struct stage *stage)
{
    struct assay_error err = {0};
    int r;

    job->next = stage->next;
    job->kind = stage->kind;
    job->tail[0] = '\0';
    job->progress_at = 0;
    r = workspace_clean(job, &err);
    if (r < 0)
        job->kind = "infrastructure";
    crash_point(build_state_name(stage->state));
    if (r == 0)
        r = stage->run(job, &err);
    if (job_stopped(job))
        return false;
    if (r == 0 && build_state_final(job->build.state))
        return false; /* publishing has written it down itself */
    if (r == 0 && job->next < job->build.state)
        r = go_back(job, &err);
    if (r == 0)
        r = store_build_advance(job->app->store, &job->build, job->next, &err);
    if (r == -ESTALE || r == -ECANCELED)
        return false;
    if (r < 0) {
        workspace_drop(job);
        fail(job, is_infrastructure(r) ? "infrastructure" : job->kind, err.text);
        return false;
    }
    return !build_state_final(job->build.state);
}

static void run_stages(struct job *job)
{
    const struct stage *stage;

    do
        stage = find_stage(job->build.state);
    while (stage && run_stage(job, stage));
    /* What the daemon leaves when it goes down is taken up by the next one. */
    if (build_state_final(job->build.state) || job->canceled || !atomic_load(job->stopping))
        workspace_drop(job);
}

static void run_build(struct runner *runner, int slot, const struct build *build)
{
    struct job job = {.app = runner->app,
                      .stopping = &runner->stopping,
                      .slot = slot,
                      .build = *build,
                      .target = config_target(runner->app->config, build->target)};
    struct assay_error err = {0};

    if (open_log(&job, &err) < 0) {
        fail(&job, "infrastructure", err.text);
    } else if (!job.target) {
        snprintf(err.text, sizeof(err.text), "the configuration has no target %s any more",
                 build->target);
        workspace_drop(&job);
        fail(&job, "build", err.text);
    } else if (build->recovered >= MAX_ATTEMPTS) {
        workspace_drop(&job);
        fail(&job, "infrastructure", "the daemon went down in each of its attempts");
    } else {
        log_info("build %lld of %s: %s, attempt %d", (long long)build->id, build->target,
                 build_state_name(build->state), build->attempt);
        run_stages(&job);
        log_info("build %lld of %s: %s", (long long)build->id, build->target,
                 job.canceled ? "canceled" : build_state_name(job.build.state));
    }
    /* Canceled; or two builds of the same bytes failed at a time, and each was wanted by the
     * other. */
    drop_artifact(&job, 0);
    buildlog_close(job.log);
}

static void *run_thread(void *arg)
{
    struct runner_thread *thread = arg;
    struct runner *runner = thread->runner;
    unsigned long seen = 0;

    wait_for_wake(runner, &seen, -1);
    while (!atomic_load(&runner->stopping)) {
        struct assay_error err = {0};
        struct build build;
        int r = store_build_claim(runner->app->store, &build, &err);

        if (r == 1)
            run_build(runner, thread->slot, &build);
        else if (r < 0)
            log_error("%s", err.text);
        if (r != 1)
            wait_for_wake(runner, &seen, r < 0 ? RETRY_SECONDS : -1);
    }
    return NULL;
}

/* A tarball builder must be root, in a user namespace of its own at least. */
static int check_root(const struct config *config, struct assay_error *err)
{
    if (geteuid() == 0 || json_array_size(config->tarball_runner) > 0)
        return 0;
    for (size_t i = 0; i < config->n_targets; i++)
        if (config->targets[i].tarball)
            return assay_error_set(
                err, EPERM,
                "targets.%s is a tarball target, whose builder must run as root, and assayd is not "
                "root: set tarball_runner to [\"unshare\", \"--user\", \"--map-auto\", "
                "\"--map-root-user\"], to [\"sudo\", \"-n\"], or to [\"systemd-run\", \"--pipe\", "
                "\"--wait\"]",
                config->targets[i].name);
    return 0;
}

static int start_threads(struct runner *runner, int n, struct assay_error *err)
{
    for (; runner->n_threads < n; runner->n_threads++) {
        struct runner_thread *thread = &runner->threads[runner->n_threads];
        int r;

        thread->runner = runner;
        thread->slot = runner->n_threads;
        r = pthread_create(&thread->thread, NULL, run_thread, thread);
        if (r != 0)
            return assay_error_set(err, r, "cannot start a thread: %s", strerror(r));
    }
    return 0;
}

int runner_start(struct app *app, struct runner **ret, struct assay_error *err)
{
    pthread_condattr_t monotonic;
    struct runner *runner;
    int r = check_root(app->config, err);

    if (r == 0)
        r = workspace_open(app, err);
    if (r < 0)
        return r;
    app->isolated = command_can_isolate(app);
    if (!app->isolated)
        log_warning("builds are not isolated: this needs CAP_SYS_ADMIN; file permissions alone "
                    "keep them from state_dir and the signing key");
    runner =
        calloc(1, sizeof(*runner) + (size_t)app->config->concurrency * sizeof(*runner->threads));
    if (!runner)
        return assay_error_set(err, ENOMEM, "out of memory");
    runner->app = app;
    pthread_mutex_init(&runner->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&runner->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    app->runner = runner;
    r = start_threads(runner, app->config->concurrency, err);
    if (r < 0) {
        app->runner = runner_stop(runner);
        return r;
    }
    *ret = runner;
    return 0;
}

void runner_wake(struct runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->wakes++;
    pthread_cond_broadcast(&runner->wake);
    pthread_mutex_unlock(&runner->lock);
}

static void hand_back(const struct runner *runner)
{
    struct assay_error err;
    int n = store_hand_back(runner->app->store, &err);

    if (n < 0)
        log_warning("%s; the next start will take this for a crash", err.text);
    else if (n > 0)
        log_info("%d builds are unfinished and go on at the next start", n);
}

struct runner *runner_stop(struct runner *runner)
{
    if (!runner)
        return NULL;
    pthread_mutex_lock(&runner->lock);
    atomic_store(&runner->stopping, true);
    pthread_cond_broadcast(&runner->wake);
    pthread_mutex_unlock(&runner->lock);
    for (int i = 0; i < runner->n_threads; i++)
        pthread_join(runner->threads[i].thread, NULL);
    hand_back(runner);
    pthread_cond_destroy(&runner->wake);
    pthread_mutex_destroy(&runner->lock);
    free(runner);
    return NULL;
}
