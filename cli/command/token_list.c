#include "output.h"

static const char *const headings[] = {"NAME", "ROLE", "CREATED", "LAST USED", NULL};

static void row(struct table *table, const json_t *token)
{
    table_cell(table, assay_json_string(token, "name", NULL));
    table_cell(table, assay_json_string(token, "role", NULL));
    table_cell_time(table, assay_json_string(token, "created", NULL));
    table_cell_time(table, assay_json_string(token, "last_used", NULL));
}

static int run(struct cli *cli, const struct options *options)
{
    (void)options;
    return output_list(cli, "/api/v1/tokens", headings, row,
                       "no tokens; 'assay token create' makes one");
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
