#include "follow.h"

static const struct option_spec options_table[] = {FOLLOW_TIMEOUT_OPTION, {0}};

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *build = NULL;
    uint64_t deadline;
    int64_t id;
    int r = cli_parse_id(cli, options->args[0], &id);

    if (r == CLI_OK)
        r = follow_deadline(cli, options, &deadline);
    if (r == CLI_OK)
        r = follow_build(cli, id, "", deadline, &build);
    if (r == CLI_OK && cli->json)
        r = cli_print_json(cli, build);
    return r == CLI_OK ? follow_outcome(cli, build) : r;
}

const struct command command_wait = {
    .name = "wait",
    .arguments = "BUILD",
    .summary = "wait until a build has ended and say how",
    .help = "Waits until a build has ended and says how: the exit code is 0 when it was\n"
            "published, 1 rejected, 3 not fully audited, 4 failed or canceled, 8 when\n"
            "--timeout passed first.",
    .example = "assay wait 12 --timeout 3600",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
