#include <string.h>

#include "api.h"

static const struct option_spec options_table[] = {
    {"role", 'r', "ROLE", "read, trigger, approve or admin, in rising order"},
    {0},
};

static int run(struct cli *cli, const struct options *options)
{
    const char *role = options_get(options, "role"), *token;
    _cleanup_json_ json_t *body = NULL;
    _cleanup_json_ json_t *reply = NULL;
    int r;

    if (!role)
        return cli_fail(cli, CLI_USAGE, "which role? give --role read, trigger, approve or admin");
    body = json_pack("{s:s,s:s}", "name", options->args[0], "role", role);
    if (!body)
        return cli_fail(cli, CLI_USAGE, "the name and the role must be UTF-8 text");
    r = api_post(cli, "/api/v1/tokens", body, &reply);
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, reply);
    token = assay_json_string(reply, "token", NULL);
    if (!token || token[strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_")])
        return cli_fail(cli, CLI_SERVER, "%s gave no token", cli->server);
    fprintf(stderr, "This token is shown once; keep it where only its user can read it.\n");
    puts(token);
    return CLI_OK;
}

const struct command command_token_create = {
    .name = "token create",
    .arguments = "NAME --role ROLE",
    .summary = "make a token for a person or a machine",
    .help = "Makes a token and prints it, once: the server keeps only its digest. Needs a\n"
            "token of the role admin.",
    .example = "assay token create ci --role trigger > ci.token",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
