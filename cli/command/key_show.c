#include <string.h>

#include <assay/buf.h>
#include <assay/fs.h>
#include <assay/minisign.h>

#include "cli.h"

static void secretp(struct assay_minisign_secret **secret)
{
    assay_minisign_secret_free(*secret);
}

/* FILE is a public key, or a secret one whose public half is wanted. */
static int load(struct cli *cli, const char *path, struct assay_minisign_public *ret)
{
    _cleanup_(secretp) struct assay_minisign_secret *secret = NULL;
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(ASSAY_MINISIGN_FILE_MAX);
    struct assay_error err = {0};

    if (assay_fs_read_file(path, &text, &err) < 0)
        return cli_fail_error(cli, CLI_USAGE, &err);
    if (assay_minisign_public_parse(assay_buf_str(&text), text.len, ret, &err) == 0)
        return CLI_OK;
    explicit_bzero(text.data, text.len);
    if (assay_minisign_secret_load(path, &secret, &err) < 0)
        return cli_fail(cli, CLI_USAGE, "%s is no minisign key: %s", path, err.text);
    assay_minisign_public_of(secret, ret);
    return CLI_OK;
}

static int run(struct cli *cli, const struct options *options)
{
    struct assay_minisign_public key;
    char text[256], id[17];
    int r = load(cli, options->args[0], &key);

    if (r != CLI_OK)
        return r;
    assay_minisign_public_format(&key, text);
    assay_minisign_key_id(&key, id);
    if (cli->json) {
        _cleanup_json_ json_t *json = json_pack("{s:s,s:s}", "key_id", id, "public", text);

        return json ? cli_print_json(cli, json) : cli_fail_memory(cli);
    }
    printf("key id: %s\n\n%s", id, text);
    return CLI_OK;
}

const struct command command_key_show = {
    .name = "key show",
    .arguments = "FILE",
    .summary = "show a key's id and public half",
    .help = "Shows the id and the public half of a key, given either of its two files.",
    .example = "assay key show /etc/assay/minisign.key.pub",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
