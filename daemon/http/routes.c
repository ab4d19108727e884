#include "routes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct route routes[] = {
    {"GET", "/healthz", ROLE_NONE, health_live, "The process answers"},
    {"GET", "/readyz", ROLE_NONE, health_ready, "Store, signer and disks can be worked with"},
    {"GET", "/metrics", ROLE_READ, metrics_get, "Numbers for Prometheus"},
    {"GET", "/keys/minisign.pub", ROLE_NONE, keys_minisign,
     "The key that releases are signed with"},
    {"GET", "/api/v1/targets", ROLE_READ, targets_list, "All targets and where each stands"},
    {"GET", "/api/v1/targets/{target}", ROLE_READ, targets_get, "One target"},
    {"PUT", "/api/v1/targets/{target}/channels/{channel}", ROLE_APPROVE, channels_set,
     "Promote a release, or roll back"},
    {"GET", "/api/v1/targets/{target}/channels/{channel}/history", ROLE_READ, channels_history,
     "What was done with a channel"},
    {"POST", "/api/v1/builds", ROLE_TRIGGER, builds_create, "Queue a build"},
    {"GET", "/api/v1/builds", ROLE_READ, builds_list, "Builds, newest first"},
    {"GET", "/api/v1/builds/{id}", ROLE_READ, builds_get, "One build; can wait for a change"},
    {"GET", "/api/v1/builds/{id}/events", ROLE_READ, events_get, "Its changes as they happen"},
    {"POST", "/api/v1/builds/{id}/cancel", ROLE_TRIGGER, builds_cancel, "Cancel a build"},
    {"POST", "/api/v1/builds/{id}/retry", ROLE_TRIGGER, builds_retry, "Build the target again"},
    {"GET", "/api/v1/builds/{id}/log", ROLE_READ, logs_get, "What a build said"},
    {"GET", "/api/v1/builds/{id}/report", ROLE_READ, reports_json, "The audit's report"},
    {"GET", "/api/v1/builds/{id}/report.json", ROLE_READ, reports_json, "The same"},
    {"GET", "/api/v1/builds/{id}/report.txt", ROLE_READ, reports_text, "The report to read"},
    {"GET", "/api/v1/builds/{id}/report.sarif", ROLE_READ, reports_sarif, "For code scanning"},
    {"GET", "/api/v1/builds/{id}/report.html", ROLE_READ, reports_html, "As a page"},
    {"GET", "/api/v1/releases", ROLE_READ, releases_list, "Releases, newest first"},
    {"GET", "/api/v1/releases/{id}", ROLE_READ, releases_get, "One release"},
    {"POST", "/api/v1/releases/{id}/revoke", ROLE_APPROVE, releases_revoke, "Revoke a release"},
    {"GET", "/api/v1/tokens", ROLE_ADMIN, tokens_list, "Tokens, without their secrets"},
    {"POST", "/api/v1/tokens", ROLE_ADMIN, tokens_create, "Make a token; it is shown once"},
    {"DELETE", "/api/v1/tokens/{name}", ROLE_ADMIN, tokens_revoke, "Revoke a token"},
    {"GET", "/api/v1/waivers", ROLE_READ, waivers_list, "Findings accepted until a day"},
    {"POST", "/api/v1/waivers", ROLE_APPROVE, waivers_create, "Accept a finding until a day"},
    {"DELETE", "/api/v1/waivers/{fingerprint}", ROLE_APPROVE, waivers_remove,
     "Accept it no longer"},
    {"GET", "/d/{target}/{channel}/{name}", ROLE_READ, downloads_channel, "A channel's release"},
    {"GET", "/r/{sha256}/{name}", ROLE_READ, downloads_release, "An artifact or its evidence"},
};

#define ROUTES (sizeof(routes) / sizeof(*routes))

const struct route *routes_table(size_t *ret_count)
{
    *ret_count = ROUTES;
    return routes;
}

/* Does `path` fit? The {...} are written to `params` on the way. */
static bool fits(const char *pattern, const char *path, char params[][REQUEST_PARAM_MAX])
{
    int n = 0;

    while (*pattern && *path) {
        size_t len;

        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        len = strcspn(path, "/");
        if (len == 0 || len >= REQUEST_PARAM_MAX)
            return false;
        memcpy(params[n], path, len);
        params[n++][len] = 0;
        pattern += strcspn(pattern, "}") + 1;
        path += len;
    }
    return !*pattern && !*path;
}

static void allow(char *list, size_t size, const char *method)
{
    size_t len = strlen(list);

    snprintf(list + len, size - len, "%s%s%s", len ? ", " : "", method,
             strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

int routes_find(struct request *request, const char *method, char *ret_allow, size_t allow_size)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    bool other = false;

    ret_allow[0] = 0;
    for (size_t i = 0; i < ROUTES; i++) {
        if (!fits(routes[i].pattern, request->path, request->params))
            continue;
        if (strcmp(routes[i].method, wanted) == 0) {
            request->route = &routes[i];
            return 0;
        }
        allow(ret_allow, allow_size, routes[i].method);
        other = true;
    }
    return other ? -EPERM : -ENOENT;
}
