#include "api.h"
#include "table.h"

static const char *const headings[] = {"TARGET", "KIND", "POLICY", "FLAKE", "ATTRIBUTE", NULL};

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_table_ struct table table = table_make(headings);
    _cleanup_json_ json_t *targets = NULL;
    const json_t *target;
    size_t i;
    int r = api_get(cli, "/api/v1/targets", JSON_ARRAY, &targets);

    (void)options;
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, targets);
    json_array_foreach(targets, i, target)
    {
        for (size_t c = 0; c < 5; c++) {
            static const char *const keys[] = {"name", "kind", "policy", "flake", "attribute"};

            table_cell(&table, assay_json_string(target, keys[c], NULL));
        }
    }
    return table_print(cli, &table, "no targets; they stand in assayd's configuration");
}

const struct command command_targets = {
    .name = "targets",
    .arguments = "",
    .summary = "list what can be built",
    .help = "Lists the targets that the server builds: the kind of image, the policy each is\n"
            "judged by, and the flake it comes from.",
    .example = "assay targets",
    .columns = headings,
    .run = run,
};
