#include "origin.h"

#include <string.h>
#include <strings.h>

#include <assay/cleanup.h>
#include <curl/curl.h>

static void curl_freep(char **text)
{
    curl_free(*text);
}

static void urlp(CURLU **url)
{
    curl_url_cleanup(*url);
}

bool origin_same(const char *a, const char *b)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
    _cleanup_(urlp) CURLU *url_a = curl_url();
    _cleanup_(urlp) CURLU *url_b = curl_url();

    if (!url_a || !url_b || curl_url_set(url_a, CURLUPART_URL, a, 0) ||
        curl_url_set(url_b, CURLUPART_URL, b, 0))
        return false;
    for (size_t i = 0; i < 3; i++) {
        _cleanup_(curl_freep) char *part_a = NULL;
        _cleanup_(curl_freep) char *part_b = NULL;

        if (curl_url_get(url_a, parts[i], &part_a, CURLU_DEFAULT_PORT) ||
            curl_url_get(url_b, parts[i], &part_b, CURLU_DEFAULT_PORT) ||
            strcasecmp(part_a, part_b) != 0)
            return false;
    }
    return true;
}

int origin_check(struct cli *cli, bool *ret_local)
{
    _cleanup_(urlp) CURLU *url = curl_url();
    _cleanup_(curl_freep) char *scheme = NULL;
    _cleanup_(curl_freep) char *host = NULL;

    if (!url)
        return cli_fail_memory(cli);
    if (curl_url_set(url, CURLUPART_URL, cli->server, 0) ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        return cli_fail(cli, CLI_USAGE,
                        "'%s' is not a server's address; give --server http://HOST:PORT",
                        cli->server);
    *ret_local =
        !strcasecmp(host, "localhost") || !strncmp(host, "127.", 4) || !strcmp(host, "[::1]");
    return CLI_OK;
}
