#include <string.h>

#include <assay/policy.h>

#include "cli.h"
#include "terminal.h"

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *policy = NULL, *wrong = NULL, *json = NULL;
    size_t i, n = 0, rules;
    json_t *one;

    if (assay_policy_load(options->n_args ? options->args[0] : NULL, &policy, &cli->err) < 0 ||
        assay_policy_test(policy, &wrong, &n, &cli->err) < 0)
        return CLI_USAGE;
    rules = json_array_size(json_object_get(policy, "rules"));
    if (cli->json) {
        json = json_pack("{s:I, s:I, s:O}", "rules", (json_int_t)rules, "examples", (json_int_t)n,
                         "wrong", wrong);
        if (!json)
            return cli_fail_memory(cli);
        cli_print_json(cli, json);
        return json_array_size(wrong) ? CLI_REJECTED : CLI_OK;
    }
    json_array_foreach(wrong, i, one)
    {
        bool match = strcmp(assay_json_string(one, "kind", ""), "match") == 0;
        char rule[256];

        terminal_safe(assay_json_string(one, "rule", "?"), rule, sizeof(rule));
        printf("%s: example %d of \"%s\" is %s\n", rule, (int)assay_json_int(one, "number", 0),
               match ? "match" : "nomatch", match ? "not found" : "found, and should not be");
    }
    if (json_array_size(wrong))
        return cli_fail(cli, CLI_REJECTED, "%zu of %zu examples came out wrong",
                        json_array_size(wrong), n);
    printf("%zu examples of %zu rules, all as they should be\n", n, rules);
    return CLI_OK;
}

const struct command command_policy_test = {
    .name = "policy test",
    .arguments = "[FILE]",
    .summary = "run the examples of a policy's rules",
    .help = "Scans what each rule of a policy says that it matches and does not match, those\n"
            "of the policy's own rule files included, and tells which came out wrong.",
    .example = "assay policy test policies/tiger-team.json",
    .max_args = 1,
    .run = run,
};
