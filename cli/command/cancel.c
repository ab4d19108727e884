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
    path = api_path("/api/v1/builds/%d/cancel", id);
    r = api_post(cli, path, NULL, &build);
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, build);
    printf("build %" PRId64 " is canceled\n", assay_json_int(build, "id", id));
    return CLI_OK;
}

const struct command command_cancel = {
    .name = "cancel",
    .arguments = "BUILD",
    .summary = "stop a build",
    .help = "Stops a build that has not ended yet, and all it started.",
    .example = "assay cancel 12",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
