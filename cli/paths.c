#include "paths.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <assay/cleanup.h>
#include <curl/curl.h>

static char *under(const char *variable, const char *below_home, const char *name)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    char *path;

    if (base && base[0] == '/') /* the specification: a relative one is to be ignored */
        return asprintf(&path, "%s/assay/%s", base, name) < 0 ? NULL : path;
    if (!home || home[0] != '/')
        return NULL;
    return asprintf(&path, "%s/%s/assay/%s", home, below_home, name) < 0 ? NULL : path;
}

char *paths_config(const char *name)
{
    return under("XDG_CONFIG_HOME", ".config", name);
}

char *paths_state(const char *name)
{
    return under("XDG_STATE_HOME", ".local/state", name);
}

char *paths_cache(void)
{
    char *path = under("XDG_CACHE_HOME", ".cache", "");

    if (path)
        path[strlen(path) - 1] = '\0';
    return path;
}

static void curl_freep(char **text)
{
    curl_free(*text);
}

static void curl_urlp(CURLU **url)
{
    curl_url_cleanup(*url);
}

char *paths_pinned_key(const char *server)
{
    _cleanup_(curl_urlp) CURLU *url = curl_url();
    _cleanup_(curl_freep) char *host = NULL;
    _cleanup_(curl_freep) char *port = NULL;
    char name[320];

    if (!url || curl_url_set(url, CURLUPART_URL, server, 0) ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) ||
        curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        return NULL;
    for (char *p = host; *p; p++) /* "[::1]" and whatever else a name should not hold */
        *p = isalnum((unsigned char)*p) || *p == '.' || *p == '-' ? (char)tolower(*p) : '_';
    snprintf(name, sizeof(name), "keys/%.255s_%s.pub", host, port);
    return paths_config(name);
}
