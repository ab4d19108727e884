#include <string.h>

#include <assay/clock.h>

#include "api.h"
#include "follow.h"
#include "terminal.h"

static const struct option_spec options_table[] = {
    {"follow", 'f', NULL, "go on until the build has ended"},
    {0},
};

struct log {
    struct cli *cli;
    int64_t offset; /* bytes that were shown already */
    bool terminal;
    struct terminal_filter filter;
};

static bool on_data(void *ctx, const void *data, size_t len)
{
    struct log *log = ctx;
    _cleanup_free_ char *safe = NULL;

    log->offset += (int64_t)len;
    if (!log->terminal) /* a file gets what the build wrote */
        return cli_print(log->cli, data, len) == CLI_OK;
    safe = malloc(len + 4);
    return safe &&
           cli_print(log->cli, safe, terminal_filter(&log->filter, data, len, safe)) == CLI_OK;
}

/* A server that knows no ranges sends all of it again: then there is nothing to go on from. */
static bool on_begin(void *ctx, long status, CURL *curl)
{
    struct log *log = ctx;

    (void)curl;
    if (status == 206 || log->offset == 0)
        return true;
    cli_fail(log->cli, CLI_SERVER, "%s cannot send the rest of a log", log->cli->server);
    return false;
}

static int fetch(struct cli *cli, int64_t id, struct log *log)
{
    _cleanup_free_ char *path = api_path("/api/v1/builds/%d/log", id);
    _cleanup_free_ char *range = log->offset ? api_path("Range: bytes=%d-", log->offset) : NULL;
    _cleanup_buf_ struct assay_buf none = {0};
    struct api_request request = {
        .path = path, .headers = {range}, .sink = on_data, .begin = on_begin, .ctx = log};
    long status = 0;
    int r;

    if (!path || (log->offset && !range))
        return cli_fail_memory(cli);
    r = api_send(cli, &request, &none, &status);
    if (r != CLI_OK && status == 416 && log->offset) { /* nothing after the offset yet */
        cli->err.code = 0;
        return CLI_OK;
    }
    return r;
}

/* Fetches what is new until the build has ended; what it wrote last is fetched after its end. */
static int follow(struct cli *cli, int64_t id, struct log *log)
{
    int64_t revision = -1, attempt = 0;

    for (;;) {
        _cleanup_json_ json_t *build = NULL;
        _cleanup_free_ char *path =
            revision < 0 ? api_path("/api/v1/builds/%d", id)
                         : api_path("/api/v1/builds/%d?wait=1&revision=%d", id, revision);
        uint64_t begun = assay_clock_ms();
        bool ended;
        int r = api_get(cli, path, JSON_OBJECT, &build);

        if (r != CLI_OK)
            return r;
        revision = assay_json_int(build, "revision", 0);
        ended = !json_is_null(json_object_get(build, "finished"));
        if (attempt && attempt != assay_json_int(build, "attempt", 1))
            log->offset = 0; /* every attempt has a log of its own */
        attempt = assay_json_int(build, "attempt", 1);
        if (strcmp(assay_json_string(build, "state", ""), "queued") != 0)
            r = fetch(cli, id, log);
        if (r != CLI_OK || ended)
            return r;
        follow_pace(begun);
    }
}

static int run(struct cli *cli, const struct options *options)
{
    struct log log = {.cli = cli, .terminal = isatty(STDOUT_FILENO)};
    int64_t id;
    int r = cli_parse_id(cli, options->args[0], &id);

    if (r != CLI_OK)
        return r;
    return options_get(options, "follow") ? follow(cli, id, &log) : fetch(cli, id, &log);
}

const struct command command_log = {
    .name = "log",
    .arguments = "BUILD",
    .summary = "print what a build wrote",
    .help = "Prints what a build wrote. On a terminal control characters are left out.",
    .example = "assay log 12 -f",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
