#include "output.h"

static const char *const headings[] = {"FINDING", "TARGET", "UNTIL", "BY", "REASON", NULL};

static void row(struct table *table, const json_t *waiver)
{
    char until[32];

    snprintf(until, sizeof(until), "%s%s", assay_json_string(waiver, "expires", ""),
             assay_json_bool(waiver, "expired", false) ? " (over)" : "");
    table_cell(table, assay_json_string(waiver, "fingerprint", NULL));
    table_cell(table, assay_json_string(waiver, "target", "all"));
    table_cell(table, until);
    table_cell(table, assay_json_string(waiver, "by", NULL));
    table_cell(table, assay_json_string(waiver, "reason", NULL));
}

static int run(struct cli *cli, const struct options *options)
{
    (void)options;
    return output_list(cli, "/api/v1/waivers", headings, row,
                       "no waivers; 'assay waive' makes one");
}

const struct command command_waivers = {
    .name = "waivers",
    .arguments = "",
    .summary = "list the findings that are accepted",
    .help = "Lists the findings that people have accepted, with who did, why and until when.\n"
            "Waivers that stand in policies are shown by 'assay policy show'.",
    .example = "assay waivers",
    .columns = headings,
    .run = run,
};
