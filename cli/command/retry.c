#include <inttypes.h>

#include "api.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *build = NULL;
    int r = api_build(cli, options->args[0], "retry", &build);

    if (build)
        printf("build %" PRId64 " is queued\n", assay_json_int(build, "id", 0));
    return r;
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
