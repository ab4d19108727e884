#include <string.h>

#include "api.h"

static const struct option_spec options_table[] = {
    {"reason", 'r', "REASON", "why the finding does no harm"},
    {"expires", 'e', "DATE", "the last day on which it counts, YYYY-MM-DD"},
    {"target", 't', "TARGET", "only for this target (default: all)"},
    {"remove", 0, NULL, "take the waiver back"},
    {0},
};

static int take_back(struct cli *cli, const char *print, const char *target)
{
    _cleanup_free_ char *path = target ? api_path("/api/v1/waivers/%s?target=%s", print, target)
                                       : api_path("/api/v1/waivers/%s", print);
    _cleanup_buf_ struct assay_buf reply = {0};
    struct api_request request = {.method = "DELETE", .path = path};
    int r;

    if (!path)
        return cli_fail_memory(cli);
    r = api_send(cli, &request, &reply, NULL);
    if (r == CLI_OK && !cli->json)
        printf("the finding %s blocks again, from the next audit on\n", print);
    return r;
}

static int run(struct cli *cli, const struct options *options)
{
    const char *reason = options_get(options, "reason"), *expires = options_get(options, "expires");
    const char *target = options_get(options, "target"), *print = options->args[0];
    _cleanup_json_ json_t *body = NULL, *reply = NULL;
    int r;

    if (options_get(options, "remove"))
        return take_back(cli, print, target);
    if (!reason || !expires)
        return cli_fail(cli, CLI_USAGE,
                        "a waiver needs --reason (why it does no harm) and --expires (YYYY-MM-DD)");
    body = json_pack("{s:s, s:s, s:s, s:s*}", "fingerprint", print, "reason", reason, "expires",
                     expires, "target", target);
    if (!body)
        return cli_fail(cli, CLI_USAGE, "fingerprint, reason, date and target must be UTF-8 text");
    r = api_post(cli, "/api/v1/waivers", body, &reply);
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, reply);
    printf("the finding %s is waived until %s, from the next audit on: 'assay build' or 'assay "
           "retry' starts one\n",
           print, expires);
    return CLI_OK;
}

const struct command command_waive = {
    .name = "waive",
    .arguments = "FINGERPRINT",
    .summary = "accept a finding until a day",
    .help = "Accepts a finding, by the fingerprint that reports give, until a day: audits\n"
            "from then on tell it with who waived it and why, and do not reject for it. What\n"
            "a policy locks cannot be waived. Needs a token of the role approve.",
    .example = "assay waive $FINGERPRINT --expires 2027-01-31 --reason 'a test key'",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
