#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <assay/fs.h>
#include <assay/report.h>

#include "api.h"
#include "terminal.h"

/* The format that a file's ending names, or NULL. */
static const char *format_of(const char *file)
{
    static const char *const endings[][2] = {
        {".json", "json"}, {".sarif", "sarif"}, {".html", "html"}, {".htm", "html"}};
    size_t len = strlen(file);

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        size_t n = strlen(endings[i][0]);

        if (len > n && strcmp(file + len - n, endings[i][0]) == 0)
            return endings[i][1];
    }
    return NULL;
}

int output_wanted(struct cli *cli, const struct options *options, struct output *ret)
{
    struct output output = {
        .format = options_get(options, "format"),
        .file = options_get(options, "output"),
        .verbose = options_get(options, "verbose") != NULL,
    };

    if (output.file && strcmp(output.file, "-") == 0)
        output.file = NULL;
    if (!output.format && output.file)
        output.format = format_of(output.file);
    if (!output.format)
        output.format = cli->json ? "json" : "text";
    if (assay_report_format(output.format, &cli->err) < 0)
        return CLI_USAGE;
    *ret = output;
    return CLI_OK;
}

/* A regular file is there whole or not at all; anything else that has the name is written to. */
static int write_file(struct cli *cli, const char *path, const struct assay_buf *text)
{
    struct assay_error err = {0};
    struct stat st;
    int r;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

        r = fd < 0 ? -errno : assay_fs_write_all(fd, text->data, text->len);
        return r < 0 ? cli_fail(cli, CLI_USAGE, "cannot write %s: %s", path, strerror(-r)) : CLI_OK;
    }
    r = assay_fs_write_file(path, text->data, text->len, 0644, &err);
    return r < 0 ? cli_fail_error(cli, CLI_USAGE, &err) : CLI_OK;
}

int output_report(struct cli *cli, const json_t *report, const struct output *output)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(ASSAY_REPORT_RENDERED_MAX);
    struct assay_report_style style = {
        .colour = cli->colour && !output->file,
        .width = !output->file && isatty(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : 0,
        .verbose = output->verbose,
    };
    struct assay_error err = {0};

    if (assay_report_render(output->format, report, &style, &text, &err) < 0)
        return cli_fail_error(cli, CLI_SERVER, &err);
    if (output->file)
        return write_file(cli, output->file, &text);
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
