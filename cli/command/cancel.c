#include <inttypes.h>

#include "api.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *build = NULL;
    int r = api_build(cli, options->args[0], "cancel", &build);

    if (build)
        printf("build %" PRId64 " is canceled\n", assay_json_int(build, "id", 0));
    return r;
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
