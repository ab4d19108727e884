#include "channel.h"

#include <string.h>

#include "api.h"
#include "release.h"

int channel_release(struct cli *cli, const char *what, json_t **ret)
{
    _cleanup_free_ char *path = NULL;

    if (!*what || what[strspn(what, "0123456789")])
        return release_find(cli, what, ret);
    path = api_path("/api/v1/releases/%s", what);
    return path ? api_get(cli, path, JSON_OBJECT, ret) : cli_fail_memory(cli);
}

int channel_set(struct cli *cli, const char *target, const char *channel, const json_t *body)
{
    _cleanup_free_ char *path = api_path("/api/v1/targets/%s/channels/%s", target, channel);
    _cleanup_buf_ struct assay_buf text = {0};
    _cleanup_json_ json_t *release = NULL;
    struct api_request request = {.method = "PUT", .path = path, .body = body};
    int r;

    if (!path || !body)
        return cli_fail(cli, CLI_USAGE, "target, channel and reason must be UTF-8 text");
    r = api_send(cli, &request, &text, NULL);
    if (r == CLI_OK)
        r = api_parse(cli, &text, JSON_OBJECT, &release);
    if (r != CLI_OK)
        return r;
    if (cli->json)
        return cli_print_json(cli, release);
    printf("%s@%s is %s now\n", target, channel, assay_json_string(release, "version", "?"));
    return CLI_OK;
}
