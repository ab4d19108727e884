#include "build/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <assay/clock.h>
#include <assay/process.h>

#include "build/leftover.h"
#include "build/workspace.h"

#define PATH_VALUE                                                  \
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" \
    "/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin"
#define LINE_MAX_BYTES 16384
#define TICK_MS 200
#define GRACE_MS 5000 /* between SIGTERM and SIGKILL: Nix ends its builders by itself */
#define DRAIN_MS 2000 /* for output that something outside the group still holds open */

/* One process for all namespaces: util-linux's unshare, which every Debian has. */
static const char *const isolate[] = {
    "unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc", "--",
};

struct stream {
    int fd; /* -1 at its end */
    bool is_out;
    size_t len;
    char line[LINE_MAX_BYTES];
};

struct run {
    struct job *job;
    struct command *command;
    struct assay_process process;
    struct stream streams[2];
    uint64_t started, last_output, ended, stopping;
    int reason; /* why it is being stopped: a negative errno, 0 when it is not */
};

int command_add(struct command *command, const char *argument)
{
    if (command->argc + 1 >= COMMAND_ARGV_MAX)
        return -E2BIG;
    command->argv[command->argc++] = argument;
    command->argv[command->argc] = NULL;
    return 0;
}

int command_add_all(struct command *command, const json_t *arguments)
{
    size_t i;
    json_t *argument;
    int r = 0;

    json_array_foreach(arguments, i, argument)
    {
        if (r == 0)
            r = command_add(command, json_string_value(argument));
    }
    return r;
}

static void end_line(struct run *run, struct stream *stream)
{
    if (stream->len)
        run->command->line(run->command->ctx, stream->line, stream->len);
    stream->len = 0;
}

static void take_lines(struct run *run, struct stream *stream, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n') {
            end_line(run, stream);
            continue;
        }
        if (stream->len == sizeof(stream->line))
            end_line(run, stream);
        stream->line[stream->len++] = data[i];
    }
}

static void read_stream(struct run *run, struct stream *stream)
{
    char data[16384];
    ssize_t n = read(stream->fd, data, sizeof(data));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        end_line(run, stream);
        close(stream->fd);
        stream->fd = -1;
        return;
    }
    run->last_output = assay_clock_ms();
    if (!stream->is_out || !run->command->out)
        take_lines(run, stream, data, (size_t)n);
    else if (assay_buf_append(run->command->out, data, (size_t)n) < 0 && !run->reason)
        run->reason = -EFBIG;
}

/* Asks the group to end; kills it when it does not. */
static void stop(struct run *run, uint64_t now)
{
    if (!run->stopping) {
        run->stopping = now;
        kill(-run->process.pid, SIGTERM);
    } else if (now - run->stopping > GRACE_MS) {
        kill(-run->process.pid, SIGKILL);
    }
}

static void check_limits(struct run *run, uint64_t now)
{
    const struct config *config = run->job->app->config;

    if (run->reason || run->ended)
        return;
    if (!run->command->tidies && job_stopped(run->job))
        run->reason = -ECANCELED;
    else if (now - run->started > (uint64_t)run->command->seconds * 1000)
        run->reason = -ETIMEDOUT;
    else if (now - run->last_output > (uint64_t)config->silence_seconds * 1000)
        run->reason = -ETIME;
}

/* Follows the output until the leader has ended and nobody holds the pipes any more. */
static void follow(struct run *run)
{
    while (!run->ended || run->streams[0].fd >= 0 || run->streams[1].fd >= 0) {
        struct pollfd fds[3] = {{run->streams[0].fd, POLLIN, 0},
                                {run->streams[1].fd, POLLIN, 0},
                                {run->ended ? -1 : run->process.pidfd, POLLIN, 0}};
        uint64_t now;

        if (poll(fds, 3, TICK_MS) < 0 && errno != EINTR)
            break;
        for (int i = 0; i < 2; i++)
            if (fds[i].revents)
                read_stream(run, &run->streams[i]);
        now = assay_clock_ms();
        if (fds[2].revents) {
            /* Not reaped yet, so that the number is still the group's. */
            kill(-run->process.pid, SIGKILL);
            run->ended = now;
        }
        if (run->ended && now - run->ended > DRAIN_MS)
            break;
        check_limits(run, now);
        if (run->reason && !run->ended)
            stop(run, now);
    }
    for (int i = 0; i < 2; i++) {
        if (run->streams[i].fd >= 0)
            close(run->streams[i].fd);
        run->streams[i].fd = -1;
    }
}

static void scrub_environment(const struct job *job, const struct command *command,
                              char storage[3][PATH_MAX + 32], const char *env[8])
{
    static const struct {
        const char *name, *kind;
    } folders[] = {{"HOME", "home"}, {"TMPDIR", "tmp"}, {"XDG_CACHE_HOME", "cache"}};
    size_t n = 0;

    env[n++] = "PATH=" PATH_VALUE;
    env[n++] = "LANG=C.UTF-8";
    for (size_t i = 0; i < (command->cache ? 3 : 2); i++) {
        char path[PATH_MAX];

        workspace_slot(job, folders[i].kind, path);
        snprintf(storage[i], PATH_MAX + 32, "%s=%s", folders[i].name, path);
        env[n++] = storage[i];
    }
    env[n] = NULL;
}

static int start(struct run *run, struct assay_error *err)
{
    const struct app *app = run->job->app;
    const char *hidden[] = {app->config->state_dir, app->config->signing_key, NULL};
    const char *argv[COMMAND_ARGV_MAX + 8], *env[8];
    char storage[3][PATH_MAX + 32];
    int out[2], errors[2], r;
    size_t n = 0;

    for (size_t i = 0; app->isolated && i < sizeof(isolate) / sizeof(*isolate); i++)
        argv[n++] = isolate[i];
    memcpy(argv + n, run->command->argv, (run->command->argc + 1) * sizeof(*argv));
    scrub_environment(run->job, run->command, storage, env);
    if (pipe2(out, O_CLOEXEC) < 0)
        return assay_error_set(err, errno, "cannot make a pipe: %s", strerror(errno));
    if (pipe2(errors, O_CLOEXEC) < 0) {
        close(out[0]);
        close(out[1]);
        return assay_error_set(err, errno, "cannot make a pipe: %s", strerror(errno));
    }
    struct assay_process_fd fds[] = {{out[1], 1}, {errors[1], 2}};
    struct assay_process_spec spec = {.argv = argv,
                                      .env = env,
                                      .cwd = run->command->cwd,
                                      .fds = fds,
                                      .n_fds = 2,
                                      .own_group = true,
                                      .die_with_us = true,
                                      .hide = app->isolated,
                                      .hidden = hidden};
    r = assay_process_start(&spec, &run->process, err);
    close(out[1]);
    close(errors[1]);
    run->streams[0] = (struct stream){.fd = out[0], .is_out = true};
    run->streams[1] = (struct stream){.fd = errors[0]};
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    if (r < 0) {
        close(out[0]);
        close(errors[0]);
    }
    return r;
}

static int explain(const struct run *run, struct assay_error *err)
{
    switch (run->reason) {
    case -ECANCELED:
        return assay_error_set(err, ECANCELED, "canceled");
    case -ETIMEDOUT:
        return assay_error_set(err, ETIMEDOUT,
                               "it took longer than %d seconds and was ended; raise the limit "
                               "under timeouts in the configuration if that is too little",
                               run->command->seconds);
    case -ETIME:
        return assay_error_set(err, ETIME,
                               "it said nothing for %d seconds and was ended; a remote builder "
                               "that is down does that, or timeouts.silence_seconds is too small",
                               run->job->app->config->silence_seconds);
    default:
        return assay_error_set(err, EFBIG, "it wrote more to its output than is allowed");
    }
}

int command_run(struct job *job, struct command *command, int *ret_status, struct assay_error *err)
{
    _cleanup_free_ struct run *run = calloc(1, sizeof(*run));
    char record[PATH_MAX];
    int status = 0, r;

    if (!run)
        return assay_error_set(err, ENOMEM, "out of memory");
    run->job = job;
    run->command = command;
    run->started = run->last_output = assay_clock_ms();
    r = start(run, err);
    if (r < 0)
        return r;
    workspace_slot(job, "process", record);
    leftover_record(record, run->process.pid);
    follow(run);
    r = assay_process_wait(&run->process, -1, &status);
    leftover_forget(record);
    if (run->reason)
        return explain(run, err);
    if (r < 0)
        return assay_error_set(err, r, "cannot wait for %s: %s", command->argv[0], strerror(-r));
    *ret_status = status;
    return 0;
}

bool command_can_isolate(const struct app *app)
{
    const char *hidden[] = {app->config->state_dir, NULL};
    const char *argv[8], *env[] = {"PATH=" PATH_VALUE, NULL};
    struct assay_process_spec spec = {.argv = argv, .env = env, .hide = true, .hidden = hidden};
    struct assay_process process;
    size_t n = sizeof(isolate) / sizeof(*isolate);
    int status;

    memcpy(argv, isolate, sizeof(isolate));
    argv[n] = "true";
    argv[n + 1] = NULL;
    return assay_process_start(&spec, &process, NULL) == 0 &&
           assay_process_wait(&process, -1, &status) == 1 && status == 0;
}
