#include <assay/policy.h>

#include "cli.h"
#include "output.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *policy = NULL;
    _cleanup_json_ json_t *json = NULL;
    const char *name;
    size_t layers, rules;

    if (assay_policy_load(options->args[0], &policy, &cli->err) < 0)
        return CLI_USAGE;
    name = assay_json_string(policy, "name", "");
    layers = json_array_size(json_object_get(policy, "layers"));
    rules = json_array_size(json_object_get(policy, "rules"));
    if (cli->json) {
        json = json_pack("{s:s,s:s,s:I,s:I}", "name", name, "digest",
                         assay_json_string(policy, "digest", ""), "layers", (json_int_t)layers,
                         "rules", (json_int_t)rules);
        return json ? cli_print_json(cli, json) : cli_fail_memory(cli);
    }
    printf("%s is a sound policy\n", options->args[0]);
    output_field("name", name);
    output_field("digest", assay_json_string(policy, "digest", NULL));
    printf("  %-10s %zu\n  %-10s %zu\n", "layers", layers, "rules", rules);
    return CLI_OK;
}

const struct command command_policy_check = {
    .name = "policy check",
    .arguments = "FILE",
    .summary = "check a policy with all its layers",
    .help = "Checks a policy with all layers below it and says what is wrong, where, and\n"
            "how to mend it. 'base' names the built-in policy.",
    .example = "assay policy check policies/tiger-team.json",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
