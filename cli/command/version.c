#include "cli.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *json = NULL;

    (void)options;
    if (!cli->json) {
        puts("assay " ASSAY_VERSION);
        return CLI_OK;
    }
    json = json_pack("{s:s}", "version", ASSAY_VERSION);
    return json ? cli_print_json(cli, json) : cli_fail_memory(cli);
}

const struct command command_version = {
    .name = "version",
    .arguments = "",
    .summary = "show the version",
    .help = "Shows the version of this program.",
    .example = "assay version",
    .run = run,
};
