#include "follow.h"

static const struct option_spec options_table[] = {
    {"format", 'f', "FORMAT", "text (default) or json"},
    {"verbose", 'v', NULL, "also what does not block, and every place"},
    {0},
};

static int run(struct cli *cli, const struct options *options)
{
    const char *format = options_get(options, "format");
    int64_t id;
    int r = cli_parse_id(cli, options->args[0], &id);

    if (r != CLI_OK)
        return r;
    return follow_report(cli, id,
                         format      ? format
                         : cli->json ? "json"
                                     : "text",
                         options_get(options, "verbose") != NULL);
}

const struct command command_report = {
    .name = "report",
    .arguments = "BUILD",
    .summary = "show what the audit of a build found",
    .help = "Shows what the audit of a build found: what, where, why it matters and how to\n"
            "mend it. No secret is in a report, only its redacted form and its fingerprint.",
    .example = "assay report 12\nassay report 12 --format json > report.json",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
