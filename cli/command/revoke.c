#include <inttypes.h>

#include "api.h"
#include "channel.h"

static const struct option_spec options_table[] = {
    {"reason", 'r', "REASON", "why, as everyone is told who asks for it"},
    {0},
};

static int run(struct cli *cli, const struct options *options)
{
    const char *reason = options_get(options, "reason");
    _cleanup_json_ json_t *release = NULL, *body = NULL, *reply = NULL;
    _cleanup_free_ char *path = NULL;
    int r;

    if (!reason)
        return cli_fail(cli, CLI_USAGE, "why? give --reason; everyone who asks for it is told");
    r = channel_release(cli, options->args[0], &release);
    if (r != CLI_OK)
        return r;
    body = json_pack("{s:s}", "reason", reason);
    path = api_path("/api/v1/releases/%d/revoke", assay_json_int(release, "id", 0));
    if (!body || !path)
        return cli_fail(cli, CLI_USAGE, "the reason must be UTF-8 text");
    r = api_post(cli, path, body, &reply);
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, reply);
    printf("release %" PRId64 " is revoked: no channel points to it, and its artifact is served "
           "no more\n",
           assay_json_int(release, "id", 0));
    return CLI_OK;
}

const struct command command_revoke = {
    .name = "revoke",
    .arguments = "RELEASE",
    .summary = "take a release back, for good",
    .help = "Takes a release (its number, or TARGET with @CHANNEL or @VERSION) out of every\n"
            "channel. Its artifact is served no more, and not published again; the evidence\n"
            "stays. Needs a token of the role approve.",
    .example = "assay revoke tiger-team@2026.11.21-12 --reason 'ships a live token'",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
