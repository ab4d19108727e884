#include "api.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_free_ char *path = api_path("/api/v1/tokens/%s", options->args[0]);
    _cleanup_buf_ struct assay_buf reply = {0};
    struct api_request request = {.method = "DELETE", .path = path};
    int r;

    if (!path)
        return cli_fail_memory(cli);
    r = api_send(cli, &request, &reply, NULL);
    if (r == CLI_OK && !cli->json)
        printf("the token %s is good for nothing any more\n", options->args[0]);
    return r;
}

const struct command command_token_revoke = {
    .name = "token revoke",
    .arguments = "NAME",
    .summary = "take a token's rights away",
    .help = "Takes a token's rights away, from the next request on.",
    .example = "assay token revoke ci",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
