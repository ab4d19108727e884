#include "follow.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <assay/clock.h>
#include <assay/report.h>

#include "api.h"
#include "bar.h"
#include "commands.h"
#include "terminal.h"

#define POLL_SECONDS 30
#define POLL_EVERY 200 /* milliseconds at least from one poll to the next */
#define RETRIES 30     /* a second apart */

static void pause_ms(uint64_t ms)
{
    struct timespec time = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&time, &time) < 0 && errno == EINTR)
        continue;
}

void follow_pace(uint64_t begun)
{
    uint64_t taken = assay_clock_ms() - begun;

    if (taken < POLL_EVERY)
        pause_ms(POLL_EVERY - taken);
}

int follow_deadline(struct cli *cli, const struct options *options, uint64_t *ret)
{
    int64_t seconds;

    if (options_number(options, "timeout", 0, 30 * 86400, -1, &seconds, &cli->err) < 0)
        return CLI_USAGE;
    *ret = seconds < 0 ? 0 : assay_clock_ms() + (uint64_t)seconds * 1000;
    return CLI_OK;
}

static bool is_final(const json_t *build)
{
    static const char *const finals[] = {"published", "rejected", "failed", "canceled"};
    const char *state = assay_json_string(build, "state", "");

    for (size_t i = 0; i < 4; i++)
        if (!strcmp(state, finals[i]))
            return true;
    return false;
}

/* One poll that waits at most `seconds` for something newer than `revision` (-1: answers now). */
static int poll_build(struct cli *cli, int64_t id, int64_t revision, int64_t seconds, json_t **ret)
{
    _cleanup_free_ char *path =
        revision < 0 ? api_path("/api/v1/builds/%d", id)
                     : api_path("/api/v1/builds/%d?wait=%d&revision=%d", id, seconds, revision);
    _cleanup_buf_ struct assay_buf reply = {0};
    struct api_request request = {.path = path, .wait = POLL_SECONDS + 30};
    int r;

    if (!path)
        return cli_fail_memory(cli);
    r = api_send(cli, &request, &reply, NULL);
    return r == CLI_OK ? api_parse(cli, &reply, JSON_OBJECT, ret) : r;
}

/* The state of the following: what was shown last, and the bar. */
struct follow {
    int64_t id, revision;
    char state[32];
    struct bar bar;
    int failures;
};

/* A number that a server sent; 0 for what is none. */
static uint64_t count(const json_t *progress, const char *name)
{
    int64_t number = assay_json_int(progress, name, 0);

    return number > 0 ? (uint64_t)number : 0;
}

static void show(struct follow *follow, const json_t *build)
{
    const json_t *progress = json_object_get(build, "progress");
    const char *state = assay_json_string(build, "state", "");
    const char *path = assay_json_string(progress, "path", NULL);
    uint64_t done = count(progress, "done");
    char text[256], safe[64], target[64];

    terminal_safe(state, safe, sizeof(safe));
    terminal_safe(assay_json_string(build, "target", "?"), target, sizeof(target));
    if (strncmp(safe, follow->state, sizeof(follow->state) - 1) != 0) {
        bar_clear(&follow->bar);
        fprintf(stderr, "build %" PRId64 " (%s): %s\n", follow->id, target, safe);
        snprintf(follow->state, sizeof(follow->state), "%s", safe);
        follow->bar = bar_make(!strcmp(safe, "auditing"), done);
    }
    snprintf(text, sizeof(text), "%s%s%s", path ? "" : safe, path ? "" : " ",
             path ? path : assay_json_string(progress, "text", ""));
    bar_update(&follow->bar, text, done, count(progress, "total"), count(progress, "entries"));
}

/* Seconds that the next poll may wait; -1 when the deadline has passed. */
static int64_t patience(uint64_t deadline)
{
    uint64_t now = assay_clock_ms();

    if (!deadline)
        return POLL_SECONDS;
    if (now >= deadline)
        return -1;
    return (deadline - now) / 1000 < POLL_SECONDS ? (int64_t)((deadline - now) / 1000)
                                                  : POLL_SECONDS;
}

/* One turn. CLI_OK with *ret set when the build has ended, NULL when it goes on. */
static int turn(struct cli *cli, struct follow *follow, int64_t seconds, json_t **ret)
{
    _cleanup_json_ json_t *build = NULL;
    uint64_t begun = assay_clock_ms();
    int r = poll_build(cli, follow->id, follow->revision, seconds, &build);

    if (r == CLI_SERVER && follow->revision >= 0 && follow->failures++ < RETRIES) {
        cli->err.code = 0;
        pause_ms(1000);
        return CLI_OK;
    }
    if (r != CLI_OK)
        return r;
    follow->failures = 0;
    follow->revision = assay_json_int(build, "revision", 0);
    show(follow, build);
    if (is_final(build))
        *ret = ASSAY_TAKE(build);
    else
        follow_pace(begun);
    return CLI_OK;
}

int follow_build(struct cli *cli, int64_t id, const char *said, uint64_t deadline, json_t **ret)
{
    struct follow follow = {.id = id, .revision = -1, .bar = bar_make(false, 0)};
    json_t *build = NULL;
    int r = CLI_OK;

    snprintf(follow.state, sizeof(follow.state), "%s", said);
    while (r == CLI_OK && !build) {
        int64_t seconds = patience(deadline);

        if (seconds < 0 && follow.revision >= 0)
            r = cli_fail(cli, CLI_TIMEOUT,
                         "build %" PRId64 " is still %s; 'assay wait %" PRId64 "' waits on", id,
                         follow.state, id);
        else
            r = turn(cli, &follow, seconds < 0 ? 0 : seconds, &build);
    }
    bar_clear(&follow.bar);
    if (r == CLI_OK)
        *ret = build;
    return r;
}

int follow_exit(const json_t *build)
{
    const char *state = assay_json_string(build, "state", "");

    if (!strcmp(state, "published"))
        return CLI_OK;
    if (!strcmp(state, "rejected"))
        return strcmp(assay_json_string(build, "verdict", ""), "incomplete") ? CLI_REJECTED
                                                                             : CLI_INCOMPLETE;
    return CLI_BUILD_FAILED;
}

int follow_report(struct cli *cli, int64_t id, const struct output *output)
{
    _cleanup_free_ char *path = api_path("/api/v1/builds/%d/report.json", id);
    _cleanup_json_ json_t *report = NULL;
    int r = api_get(cli, path, JSON_OBJECT, &report);

    return r == CLI_OK ? output_report(cli, report, output) : r;
}

static void say_published(const struct cli *cli, const json_t *build)
{
    const json_t *artifact = json_object_get(build, "artifact");
    char target[64], version[64], digest[80];

    terminal_safe(assay_json_string(build, "target", "?"), target, sizeof(target));
    terminal_safe(assay_json_string(build, "version", "?"), version, sizeof(version));
    terminal_safe(assay_json_string(artifact, "sha256", "?"), digest, sizeof(digest));
    printf("%s%s %s is published%s\n  sha256 %s\n  fetch it: assay pull %s@%s\n",
           cli->colour ? terminal_colour_of("published") : "", target, version,
           cli->colour ? TERMINAL_RESET : "", digest, target, version);
}

static void say_failed(const struct cli *cli, const json_t *build, int64_t id)
{
    const json_t *failure = json_object_get(build, "failure");
    char state[32], kind[32], message[ASSAY_ERROR_TEXT];

    terminal_safe(assay_json_string(build, "state", "?"), state, sizeof(state));
    terminal_safe(assay_json_string(failure, "kind", ""), kind, sizeof(kind));
    terminal_safe(assay_json_string(failure, "message", ""), message, sizeof(message));
    printf("%sbuild %" PRId64 " %s%s%s%s%s%s%s\n  its log: assay log %" PRId64 "\n",
           cli->colour ? terminal_colour_of(state) : "", id, state,
           cli->colour ? TERMINAL_RESET : "", kind[0] ? " (" : "", kind, kind[0] ? ")" : "",
           message[0] ? ": " : "", message, id);
}

int follow_outcome(struct cli *cli, const json_t *build)
{
    int64_t id = assay_json_int(build, "id", 0);
    int exit = follow_exit(build), r = CLI_OK;

    if (cli->json)
        return exit;
    if (exit == CLI_OK)
        say_published(cli, build);
    else if (exit == CLI_BUILD_FAILED)
        say_failed(cli, build, id);
    else
        r = follow_report(cli, id, &(struct output){.format = "text"});
    return r == CLI_OK ? exit : r;
}
