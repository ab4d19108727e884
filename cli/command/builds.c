#include "api.h"
#include "output.h"

static const struct option_spec options_table[] = {
    {"target", 't', "TARGET", "only builds of this target"},
    {"state", 's', "STATE", "only builds in this state, e.g. rejected"},
    {"before", 0, "BUILD", "only builds older than this one"},
    {"limit", 'n', "COUNT", "how many at most (1 to 500; default 20)"},
    {0},
};

static const char *const headings[] = {"BUILD",   "TARGET", "STATE", "VERSION",
                                       "CREATED", "BY",     "WHY",   NULL};

static void row(struct table *table, const json_t *build)
{
    table_cell_number(table, assay_json_int(build, "id", 0));
    table_cell(table, assay_json_string(build, "target", NULL));
    table_cell(table, assay_json_string(build, "state", NULL));
    table_cell(table, assay_json_string(build, "version", NULL));
    table_cell_time(table, assay_json_string(build, "created", NULL));
    table_cell(table, assay_json_string(build, "requested_by", NULL));
    table_cell(table, assay_json_string(json_object_get(build, "failure"), "message",
                                        assay_json_string(build, "verdict", NULL)));
}

static int run(struct cli *cli, const struct options *options)
{
    const char *target = options_get(options, "target"), *state = options_get(options, "state");
    _cleanup_free_ char *path = NULL;
    int64_t limit, before;

    if (options_number(options, "limit", 1, 500, 20, &limit, &cli->err) < 0 ||
        options_number(options, "before", 1, INT64_MAX, 0, &before, &cli->err) < 0)
        return CLI_USAGE;
    path = api_builds_path(target, state, before, limit);
    return output_list(cli, path, headings, row, "no builds yet; 'assay build TARGET' starts one");
}

const struct command command_builds = {
    .name = "builds",
    .arguments = "",
    .summary = "list builds, newest first",
    .help = "Lists builds, newest first, with their state and, where one did not get\n"
            "through, why.",
    .example = "assay builds --target minimal --state rejected",
    .options = options_table,
    .columns = headings,
    .run = run,
};
