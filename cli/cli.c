#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <assay/fs.h>

#include "terminal.h"

int cli_fail(struct cli *cli, int code, const char *format, ...)
{
    char text[ASSAY_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assay_error_set(&cli->err, EIO, "%s", text);
    return code;
}

int cli_fail_error(struct cli *cli, int code, const struct assay_error *err)
{
    cli->err = *err;
    return code;
}

void cli_say(struct cli *cli)
{
    char text[ASSAY_ERROR_TEXT];

    if (!cli->err.code)
        return;
    terminal_safe(cli->err.text, text, sizeof(text));
    fprintf(stderr, "assay: %s\n", text);
    cli->err.code = 0;
}

int cli_fail_memory(struct cli *cli)
{
    return cli_fail(cli, CLI_SERVER, "out of memory");
}

int cli_print(struct cli *cli, const void *data, size_t len)
{
    int r = fflush(stdout) != 0 ? -errno : assay_fs_write_all(STDOUT_FILENO, data, len);

    return r < 0 ? cli_fail(cli, CLI_SERVER, "cannot write the output: %s", strerror(-r)) : CLI_OK;
}

int cli_print_json(struct cli *cli, const json_t *json)
{
    _cleanup_free_ char *text = json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY);
    size_t len;

    if (!text)
        return cli_fail_memory(cli);
    len = strlen(text);
    text[len] = '\n'; /* the NUL's place: the length is passed on its own */
    return cli_print(cli, text, len + 1);
}

int cli_parse_id(struct cli *cli, const char *text, int64_t *ret)
{
    const char *digits = text[0] == '#' ? text + 1 : text;
    char *end;
    long long id;

    errno = 0;
    id = strtoll(digits, &end, 10);
    if (errno || end == digits || *end || id < 1)
        return cli_fail(cli, CLI_USAGE, "'%s' is not a build's number; 'assay builds' lists them",
                        text);
    *ret = id;
    return CLI_OK;
}
