#include "output.h"

#include <errno.h>
#include <string.h>

#include <assay/report.h>

#include "table.h"
#include "terminal.h"

int output_report(struct cli *cli, const json_t *report, const char *format, bool verbose)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(4 * (size_t)ASSAY_REPORT_MAX);
    struct assay_report_style style = {
        .colour = cli->colour,
        .width = isatty(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : 0,
        .verbose = verbose,
    };
    struct assay_error err = {0};
    int r = assay_report_render(format, report, &style, &text, &err);

    if (r == -EINVAL)
        return cli_fail_error(cli, CLI_USAGE, &err);
    if (r < 0)
        return cli_fail_error(cli, CLI_SERVER, &err);
    return cli_print(cli, text.data, text.len);
}

void output_field(const char *label, const char *text)
{
    char safe[ASSAY_ERROR_TEXT];

    if (!text || !text[0])
        return;
    terminal_safe(text, safe, sizeof(safe));
    printf("  %-10s %s\n", label, safe);
}

const char *const output_builds_columns[] = {"BUILD",   "TARGET", "STATE", "VERSION",
                                             "CREATED", "BY",     "WHY",   NULL};

int output_builds(struct cli *cli, const json_t *builds)
{
    _cleanup_table_ struct table table = table_make(output_builds_columns);
    const json_t *build;
    size_t i;

    json_array_foreach(builds, i, build)
    {
        table_cell_number(&table, assay_json_int(build, "id", 0));
        table_cell(&table, assay_json_string(build, "target", NULL));
        table_cell(&table, assay_json_string(build, "state", NULL));
        table_cell(&table, assay_json_string(build, "version", NULL));
        table_cell_time(&table, assay_json_string(build, "created", NULL));
        table_cell(&table, assay_json_string(build, "requested_by", NULL));
        table_cell(&table, assay_json_string(json_object_get(build, "failure"), "message",
                                             assay_json_string(build, "verdict", NULL)));
    }
    return table_print(cli, &table, "no builds yet; 'assay build TARGET' starts one");
}
