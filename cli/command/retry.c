#include <inttypes.h>

#include "api.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_json_ json_t *build = NULL;
    int64_t id;
    int r = cli_parse_id(cli, options->args[0], &id);

    if (r != CLI_OK)
        return r;
    path = api_path("/api/v1/builds/%d/retry", id);
    r = api_post(cli, path, NULL, &build);
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, build);
    printf("build %" PRId64 " is queued\n", assay_json_int(build, "id", id));
    return CLI_OK;
}

const struct command command_retry = {
    .name = "retry",
    .arguments = "BUILD",
    .summary = "build again what failed",
    .help = "Builds again what failed, was rejected or canceled, and prints the number of\n"
            "the build to follow.",
    .example = "assay retry 12",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
