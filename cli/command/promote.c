#include "api.h"
#include "channel.h"

static const struct option_spec options_table[] = {
    {"reason", 'r', "REASON", "why; kept in the channel's history"},
    {0},
};

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *release = NULL, *body = NULL;
    int r = channel_release(cli, options->args[0], &release);

    if (r != CLI_OK)
        return r;
    body = json_pack("{s:I, s:s*}", "release", (json_int_t)assay_json_int(release, "id", 0),
                     "reason", options_get(options, "reason"));
    return channel_set(cli, assay_json_string(release, "target", ""), options->args[1], body);
}

const struct command command_promote = {
    .name = "promote",
    .arguments = "RELEASE CHANNEL",
    .summary = "point a channel to a release",
    .help = "Points the channel dev, nightly or stable to a release: its number, or TARGET\n"
            "with @CHANNEL or @VERSION. One that bypassed its audit stays in dev. Needs a\n"
            "token of the role approve.",
    .example = "assay promote tiger-team@nightly stable",
    .options = options_table,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
