#include "output.h"

/* The version that a target's channels point to: stable's where there is one, else nightly's. */
static const json_t *current(const json_t *target)
{
    const json_t *channels = json_object_get(target, "channels");
    const json_t *stable = json_object_get(channels, "stable");

    return stable ? stable : json_object_get(channels, "nightly");
}

static void row(struct table *table, const json_t *target)
{
    const json_t *build = json_object_get(target, "build"), *release = current(target);
    const char *created = assay_json_string(build, "created", NULL);

    table_cell(table, assay_json_string(target, "name", NULL));
    if (json_is_object(build))
        table_cell_number(table, assay_json_int(build, "id", 0));
    else
        table_cell(table, NULL);
    table_cell(table, assay_json_string(build, "state", NULL));
    table_cell_time(table, assay_json_string(build, "finished", created));
    table_cell(table, assay_json_string(release, "version", NULL));
    table_cell_time(table, assay_json_string(release, "updated", NULL));
}

static const char *const headings[] = {"TARGET",    "LAST BUILD", "STATE", "WHEN",
                                       "PUBLISHED", "SINCE",      NULL};

static int run(struct cli *cli, const struct options *options)
{
    (void)options;
    return output_list(cli, "/api/v1/targets", headings, row,
                       "no targets; they stand in assayd's configuration");
}

const struct command command_status = {
    .name = "status",
    .arguments = "",
    .summary = "show every target's last build and what is published",
    .help = "Shows for every target how its last build went and which version is published.",
    .example = "assay status",
    .columns = headings,
    .run = run,
};
