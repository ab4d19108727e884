#include "api.h"
#include "table.h"

static const char *const headings[] = {"NAME", "ROLE", "CREATED", "LAST USED", NULL};

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_table_ struct table table = table_make(headings);
    _cleanup_json_ json_t *tokens = NULL;
    const json_t *token;
    size_t i;
    int r = api_get(cli, "/api/v1/tokens", JSON_ARRAY, &tokens);

    (void)options;
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, tokens);
    json_array_foreach(tokens, i, token)
    {
        table_cell(&table, assay_json_string(token, "name", NULL));
        table_cell(&table, assay_json_string(token, "role", NULL));
        table_cell_time(&table, assay_json_string(token, "created", NULL));
        table_cell_time(&table, assay_json_string(token, "last_used", NULL));
    }
    return table_print(cli, &table, "no tokens; 'assay token create' makes one");
}

const struct command command_token_list = {
    .name = "token list",
    .arguments = "",
    .summary = "list the tokens there are",
    .help = "Lists the names, roles and last use of all tokens, never the tokens themselves.",
    .example = "assay token list",
    .columns = headings,
    .run = run,
};
