#include "output.h"

static const char *const headings[] = {"TARGET", "KIND", "POLICY", "FLAKE", "ATTRIBUTE", NULL};

static void row(struct table *table, const json_t *target)
{
    static const char *const keys[] = {"name", "kind", "policy", "flake", "attribute"};

    for (size_t c = 0; c < sizeof(keys) / sizeof(*keys); c++)
        table_cell(table, assay_json_string(target, keys[c], NULL));
}

static int run(struct cli *cli, const struct options *options)
{
    (void)options;
    return output_list(cli, "/api/v1/targets", headings, row,
                       "no targets; they stand in assayd's configuration");
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
