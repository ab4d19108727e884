#include <string.h>

#include "api.h"
#include "output.h"

static const struct option_spec options_table[] = {
    {"limit", 'n', "COUNT", "how many at most (1 to 500; default 20)"},
    {0},
};

/* "nightly stable", or why it was revoked. */
static void cell_channels(struct table *table, const json_t *release)
{
    const json_t *revoked = json_object_get(release, "revoked"), *channel;
    char text[256] = "";
    size_t i;

    if (revoked && !json_is_null(revoked)) {
        snprintf(text, sizeof(text), "revoked: %s", assay_json_string(revoked, "reason", ""));
        table_cell(table, text);
        return;
    }
    json_array_foreach(json_object_get(release, "channels"), i, channel)
    {
        size_t len = strlen(text);

        snprintf(text + len, sizeof(text) - len, "%s%s", len ? " " : "",
                 json_is_string(channel) ? json_string_value(channel) : "?");
    }
    table_cell(table, text);
}

static const char *const headings[] = {"TARGET",  "VERSION", "CHANNELS", "SIZE",
                                       "CREATED", "FILE",    "SHA256",   NULL};

static void row(struct table *table, const json_t *release)
{
    table_cell(table, assay_json_string(release, "target", NULL));
    table_cell(table, assay_json_string(release, "version", NULL));
    cell_channels(table, release);
    table_cell_size(table, assay_json_int(release, "size", 0));
    table_cell_time(table, assay_json_string(release, "created", NULL));
    table_cell(table, assay_json_string(release, "name", NULL));
    table_cell(table, assay_json_string(release, "sha256", NULL));
}

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_free_ char *path = NULL;
    int64_t limit;

    if (options_number(options, "limit", 1, 500, 20, &limit, &cli->err) < 0)
        return CLI_USAGE;
    path = options->n_args
               ? api_path("/api/v1/releases?target=%s&limit=%d", options->args[0], limit)
               : api_path("/api/v1/releases?limit=%d", limit);
    return output_list(cli, path, headings, row, "nothing has been published yet");
}

const struct command command_releases = {
    .name = "releases",
    .arguments = "[TARGET]",
    .summary = "list what was published, newest first",
    .help = "Lists what was published, newest first, and the channels that point to it.",
    .example = "assay releases minimal",
    .options = options_table,
    .max_args = 1,
    .columns = headings,
    .run = run,
};
