#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "output.h"
#include "table.h"

static void print_build(const json_t *build)
{
    const json_t *failure = json_object_get(build, "failure");
    const json_t *artifact = json_object_get(build, "artifact");
    char size[16];

    printf("build %" PRId64 "\n", assay_json_int(build, "id", 0));
    output_field("target", assay_json_string(build, "target", NULL));
    output_field("state", assay_json_string(build, "state", NULL));
    output_field("verdict", assay_json_string(build, "verdict", NULL));
    output_field("failure", assay_json_string(failure, "kind", NULL));
    output_field("why", assay_json_string(failure, "message", NULL));
    output_field("version", assay_json_string(build, "version", NULL));
    output_field("by", assay_json_string(build, "requested_by", NULL));
    output_field("bypass", assay_json_string(build, "bypass", NULL));
    output_field("created", assay_json_string(build, "created", NULL));
    output_field("started", assay_json_string(build, "started", NULL));
    output_field("finished", assay_json_string(build, "finished", NULL));
    output_field("artifact", assay_json_string(artifact, "name", NULL));
    output_field("sha256", assay_json_string(artifact, "sha256", NULL));
    if (artifact && !json_is_null(artifact)) {
        table_size_text((uint64_t)assay_json_int(artifact, "size", 0), size);
        output_field("size", size);
    }
    printf("  %-10s %" PRId64 "\n", "attempt", assay_json_int(build, "attempt", 1));
    if (strcmp(assay_json_string(build, "state", ""), "failed") == 0)
        printf("  %-10s assay log %" PRId64 "\n", "its log", assay_json_int(build, "id", 0));
    else if (strcmp(assay_json_string(build, "state", ""), "rejected") == 0)
        printf("  %-10s assay report %" PRId64 "\n", "its report", assay_json_int(build, "id", 0));
    output_field("doing", assay_json_string(json_object_get(build, "progress"), "text", NULL));
}

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *build = NULL;
    int r = api_build(cli, options->args[0], NULL, &build);

    if (build)
        print_build(build);
    return r;
}

const struct command command_show = {
    .name = "show",
    .arguments = "BUILD",
    .summary = "show one build",
    .help = "Shows one build: its state, what it made, and why it failed if it did.",
    .example = "assay show 12",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
