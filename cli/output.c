#include "output.h"

#include <errno.h>
#include <string.h>

#include <assay/report.h>

#include "api.h"
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

int output_list(struct cli *cli, const char *path, const char *const *columns,
                void (*row)(struct table *table, const json_t *item), const char *empty)
{
    _cleanup_table_ struct table table = table_make(columns);
    _cleanup_json_ json_t *items = NULL;
    const json_t *item;
    size_t i;
    int r = api_get(cli, path, JSON_ARRAY, &items);

    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, items);
    json_array_foreach(items, i, item)
    {
        row(&table, item);
    }
    return table_print(cli, &table, empty);
}
