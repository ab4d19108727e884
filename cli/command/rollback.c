#include "api.h"
#include "channel.h"

static const struct option_spec options_table[] = {
    {"reason", 'r', "REASON", "why; kept in the channel's history"},
    {0},
};

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *body =
        json_pack("{s:b, s:s*}", "rollback", 1, "reason", options_get(options, "reason"));

    return channel_set(cli, options->args[0], options->args[1], body);
}

const struct command command_rollback = {
    .name = "rollback",
    .arguments = "TARGET CHANNEL",
    .summary = "point a channel back to the release before",
    .help = "Points a channel back to the release that it pointed to before and that was not\n"
            "revoked. The channel's serial rises all the same, so that nobody who saw the\n"
            "newer one is led astray by an old answer. Needs a token of the role approve.",
    .example = "assay rollback tiger-team stable --reason 'the shell does not start'",
    .options = options_table,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
