#include <assay/minisign.h>

#include "cli.h"

static void secretp(struct assay_minisign_secret **secret)
{
    assay_minisign_secret_free(*secret);
}

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_(secretp) struct assay_minisign_secret *secret = NULL;
    const char *path = options->args[0];
    struct assay_minisign_public public;
    char text[256], id[17];

    if (assay_minisign_generate(&secret, &cli->err) < 0 ||
        assay_minisign_secret_store(secret, path, &cli->err) < 0)
        return CLI_USAGE;
    assay_minisign_public_of(secret, &public);
    assay_minisign_public_format(&public, text);
    assay_minisign_key_id(&public, id);
    if (cli->json) {
        _cleanup_json_ json_t *json =
            json_pack("{s:s,s:s,s:s}", "key_id", id, "public", text, "file", path);

        return json ? cli_print_json(cli, json) : cli_fail_memory(cli);
    }
    printf("secret key: %s (mode 0600; keep it to yourself)\npublic key: %s.pub\nkey id: %s\n\n%s",
           path, path, id, text);
    return CLI_OK;
}

const struct command command_key_generate = {
    .name = "key generate",
    .arguments = "FILE",
    .summary = "make a signing key",
    .help = "Makes a signing key in minisign's format: the secret half in FILE, readable by\n"
            "its owner only and without a password, as assay-sign needs it; the public half\n"
            "in FILE.pub. An existing file is never overwritten.",
    .example = "assay key generate /etc/assay/minisign.key",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
