#include <assay/policy.h>

#include "cli.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *policy = NULL;

    if (assay_policy_load(options->args[0], &policy, &cli->err) < 0)
        return CLI_USAGE;
    return cli_print_json(cli, policy);
}

const struct command command_policy_show = {
    .name = "policy show",
    .arguments = "FILE",
    .summary = "show what a policy comes to",
    .help = "Shows what a policy comes to once all layers below it are merged, as JSON: its\n"
            "rules with their severities, what blocks, identities, waivers and budgets.",
    .example = "assay policy show base",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
