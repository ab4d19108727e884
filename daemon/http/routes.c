#include "routes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct route routes[] = {
    {"GET", "/healthz", ROLE_NONE, health_live, "The process answers"},
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
