#include <string.h>

#include "follow.h"
#include "release.h"

static const struct option_spec options_table[] = {OUTPUT_OPTIONS, {0}};

/* "12", "#12", or TARGET[@CHANNEL|@VERSION]: the build that made the release. */
static int find_build(struct cli *cli, const char *what, int64_t *ret)
{
    _cleanup_json_ json_t *release = NULL;
    int r;

    if (!what[0] || strspn(what, "#0123456789") == strlen(what))
        return cli_parse_id(cli, what, ret);
    r = release_find(cli, what, &release);
    if (r == CLI_OK)
        *ret = assay_json_int(release, "build", 0);
    return r;
}

static int run(struct cli *cli, const struct options *options)
{
    struct output output;
    int64_t id;
    int r = output_wanted(cli, options, &output);

    if (r == CLI_OK)
        r = find_build(cli, options->args[0], &id);
    return r == CLI_OK ? follow_report(cli, id, &output) : r;
}

const struct command command_report = {
    .name = "report",
    .arguments = "BUILD|TARGET[@CHANNEL|@VERSION]",
    .summary = "show what the audit of a build or release found",
    .help = "Shows what the audit of a build found: what, where, why it matters and how to\n"
            "mend it. No secret is in a report, only its redacted form and its fingerprint.\n"
            "sarif is for code-scanning viewers, html is one page that needs nothing else.",
    .example = "assay report 12\n"
               "assay report nixos-wsl@stable -o report.html\n"
               "assay report 12 --format sarif > report.sarif",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
