#include "token.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/cleanup.h>
#include <assay/fs.h>

#include "paths.h"

/* A token becomes part of a header: one word of visible ASCII, nothing else. */
static int take_token(struct cli *cli, const char *text, const char *where)
{
    size_t len = strcspn(text, " \t\r\n");

    for (const char *p = text; *p; p++)
        if (p < text + len ? (unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f
                           : !strchr(" \t\r\n", *p))
            return cli_fail(cli, CLI_USAGE, "the token in %s holds characters that none has",
                            where);
    if (len == 0)
        return CLI_OK;
    cli->token = strndup(text, len);
    return cli->token ? CLI_OK : cli_fail_memory(cli);
}

static int read_token(struct cli *cli, const char *path)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(4096);
    struct assay_error err = {0};
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & 077))
        return cli_fail(cli, CLI_USAGE, "others can read the token in %s; do: chmod 600 %s", path,
                        path);
    if (assay_fs_read_file(path, &text, &err) < 0)
        return cli_fail_error(cli, CLI_USAGE, &err);
    return take_token(cli, assay_buf_str(&text), path);
}

int token_find(struct cli *cli)
{
    const char *environment = getenv("ASSAY_TOKEN");
    _cleanup_free_ char *path = NULL;

    if (cli->token)
        return CLI_OK;
    if (cli->token_given)
        return take_token(cli, cli->token_given, "--token");
    if (cli->token_file)
        return read_token(cli, cli->token_file);
    if (environment && environment[0])
        return take_token(cli, environment, "ASSAY_TOKEN");
    path = paths_config("token");
    return path && access(path, F_OK) == 0 ? read_token(cli, path) : CLI_OK;
}
