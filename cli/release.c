#include "release.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"

static bool matches(const json_t *release, const char *which)
{
    const json_t *channel;
    size_t i;

    if (!strcmp(assay_json_string(release, "version", ""), which))
        return true;
    json_array_foreach(json_object_get(release, "channels"), i, channel)
    {
        if (json_is_string(channel) && !strcmp(json_string_value(channel), which))
            return true;
    }
    return false;
}

int release_find(struct cli *cli, const char *what, json_t **ret)
{
    const char *at = strchr(what, '@'), *which = at ? at + 1 : RELEASE_CHANNEL;
    _cleanup_free_ char *target = strndup(what, at ? (size_t)(at - what) : strlen(what));
    _cleanup_free_ char *path =
        target ? api_path("/api/v1/releases?target=%s&limit=500", target) : NULL;
    _cleanup_json_ json_t *releases = NULL;
    json_t *release;
    size_t i;
    int r;

    if (!target)
        return cli_fail_memory(cli);
    r = api_get(cli, path, JSON_ARRAY, &releases);
    if (r != CLI_OK)
        return r;
    json_array_foreach(releases, i, release)
    {
        if (!strcmp(assay_json_string(release, "target", ""), target) && matches(release, which)) {
            *ret = json_incref(release);
            return CLI_OK;
        }
    }
    return cli_fail(cli, CLI_USAGE,
                    "%s has no release '%s'; 'assay releases %s' lists what there is", target,
                    which, target);
}
