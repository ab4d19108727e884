#include "api.h"
#include "output.h"

static const struct option_spec options_table[] = {
    {"target", 't', "TARGET", "only builds of this target"},
    {"state", 's', "STATE", "only builds in this state, e.g. rejected"},
    {"before", 0, "BUILD", "only builds older than this one"},
    {"limit", 'n', "COUNT", "how many at most (1 to 500; default 20)"},
    {0},
};

static int run(struct cli *cli, const struct options *options)
{
    const char *target = options_get(options, "target"), *state = options_get(options, "state");
    _cleanup_json_ json_t *builds = NULL;
    _cleanup_free_ char *path = NULL;
    int64_t limit, before;
    int r;

    if (options_number(options, "limit", 1, 500, 20, &limit, &cli->err) < 0 ||
        options_number(options, "before", 1, INT64_MAX, 0, &before, &cli->err) < 0)
        return CLI_USAGE;
    path = api_builds_path(target, state, before, limit);
    r = api_get(cli, path, JSON_ARRAY, &builds);
    if (r != CLI_OK)
        return r;
    return cli->json ? cli_print_json(cli, builds) : output_builds(cli, builds);
}

const struct command command_builds = {
    .name = "builds",
    .arguments = "",
    .summary = "list builds, newest first",
    .help = "Lists builds, newest first, with their state and, where one did not get\n"
            "through, why.",
    .example = "assay builds --target minimal --state rejected",
    .options = options_table,
    .columns = output_builds_columns,
    .run = run,
};
