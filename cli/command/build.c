#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "follow.h"
#include "terminal.h"

static const struct option_spec options_table[] = {
    {"all", 'a', NULL, "every target there is"},
    {"wait", 'w', NULL, "wait until they have ended, and exit with how"},
    {"bypass", 0, "REASON", "publish in dev whatever is found; is recorded"},
    FOLLOW_TIMEOUT_OPTION,
    {0},
};

/* Of several targets the worst code wins. The worst come first: those that leave it open how a
 * build ended, then the outcomes. */
static const int worst_first[] = {CLI_DENIED,       CLI_SERVER,     CLI_USAGE,   CLI_TIMEOUT,
                                  CLI_BUILD_FAILED, CLI_INCOMPLETE, CLI_REJECTED};

static int worse(int a, int b)
{
    for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++)
        if (a == worst_first[i] || b == worst_first[i])
            return worst_first[i];
    return CLI_OK;
}

/* Starts one and says its number: on stdout, or on stderr where the outcome will stand there. */
static int start(struct cli *cli, const char *target, const struct options *options, json_t *builds)
{
    _cleanup_json_ json_t *body = json_pack("{s:s}", "target", target);
    const char *bypass = options_get(options, "bypass");
    json_t *build = NULL;
    char safe[128];
    int r;

    if (!body || (bypass && json_object_set_new(body, "bypass", json_string(bypass)) < 0))
        return cli_fail(cli, CLI_USAGE, "the target's name and the reason must be UTF-8 text");
    r = api_post(cli, "/api/v1/builds", body, &build);
    if (r != CLI_OK)
        return r;
    if (!build || assay_json_int(build, "id", 0) < 1) {
        json_decref(build);
        return cli_fail(cli, CLI_SERVER, "%s gave the build no number", cli->server);
    }
    terminal_safe(target, safe, sizeof(safe));
    if (!cli->json)
        fprintf(options_get(options, "wait") ? stderr : stdout, "build %" PRId64 " (%s): queued\n",
                assay_json_int(build, "id", 0), safe);
    return json_array_append_new(builds, build) < 0 ? cli_fail_memory(cli) : CLI_OK;
}

static int start_all(struct cli *cli, const struct options *options, json_t *builds)
{
    _cleanup_json_ json_t *targets = NULL;
    const json_t *target;
    size_t i;
    int r = api_get(cli, "/api/v1/targets", JSON_ARRAY, &targets);

    if (r != CLI_OK)
        return r;
    json_array_foreach(targets, i, target)
    {
        const char *name = assay_json_string(target, "name", NULL);

        if (name && (r = start(cli, name, options, builds)) != CLI_OK)
            return r;
    }
    return CLI_OK;
}

/* Follows them one after the other; `builds` then holds them as they ended. */
static int follow_all(struct cli *cli, uint64_t deadline, json_t *builds)
{
    int worst = CLI_OK;

    for (size_t i = 0; i < json_array_size(builds); i++) {
        int64_t id = assay_json_int(json_array_get(builds, i), "id", 0);
        json_t *build = NULL;
        int r = follow_build(cli, id, cli->json ? "" : "queued", deadline, &build);

        if (r == CLI_OK) {
            r = follow_outcome(cli, build);
            json_array_set_new(builds, i, build);
        }
        cli_say(cli); /* each of them has its own */
        worst = worse(worst, r);
    }
    return worst;
}

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *builds = json_array();
    const char *bypass = options_get(options, "bypass");
    bool all = options_get(options, "all") != NULL;
    uint64_t deadline;
    int r = CLI_OK, printed;

    if (all == (options->n_args > 0))
        return cli_fail(cli, CLI_USAGE, "name the targets to build, or give --all (not both)");
    if (bypass && !bypass[0])
        return cli_fail(cli, CLI_USAGE, "--bypass needs a reason; it is recorded");
    if (follow_deadline(cli, options, &deadline) != CLI_OK)
        return CLI_USAGE;
    if (!builds)
        return cli_fail_memory(cli);
    if (all)
        r = start_all(cli, options, builds);
    for (size_t i = 0; i < options->n_args && r == CLI_OK; i++)
        r = start(cli, options->args[i], options, builds);
    if (r == CLI_OK && options_get(options, "wait"))
        r = follow_all(cli, deadline, builds);
    printed = cli->json && json_array_size(builds) ? cli_print_json(cli, builds) : CLI_OK;
    return r == CLI_OK ? printed : r;
}

const struct command command_build = {
    .name = "build",
    .arguments = "[TARGET...|--all]",
    .summary = "build, audit and publish targets",
    .help = "Starts builds and prints their numbers. With --wait it shows how they go, says\n"
            "how each ended and, for one that was rejected, what the audit found. Of\n"
            "several the worst exit code wins: 6, 5, 2, 8, 4, 3, 1, in this order.",
    .example = "assay build minimal --wait\nassay build --all --wait --timeout 7200",
    .options = options_table,
    .max_args = -1,
    .run = run,
};
