/* Names that checks look for, matched against every entry of an artifact: literal text is compared
 * first, so that nearly all patterns are done with at their first byte. */
#include <fnmatch.h>
#include <string.h>

#include "checks/check.h"

/* The path inside of root's or a user's home, or NULL. */
static const char *in_home(const char *path)
{
    if (strncmp(path, "root/", 5) == 0)
        return path + 5;
    if (strncmp(path, "home/", 5) != 0)
        return NULL;
    path = strchr(path + 5, '/');
    return path ? path + 1 : NULL;
}

/* Whether the literal text at the glob's end is another than the path's: most globs on the store,
 * whose paths all begin alike, are done with here. */
static bool ends_differ(const char *glob, const char *path)
{
    size_t len = strlen(glob), n = 0, path_len = strlen(path);

    while (n < len && !strchr("*?[]", glob[len - 1 - n]))
        n++;
    return path_len < n || memcmp(glob + len - n, path + path_len - n, n) != 0;
}

/* Whether fnmatch(3) reads the byte as more than itself; strchr() would cost more than all else. */
static bool is_special(char byte)
{
    return byte == '*' || byte == '?' || byte == '[';
}

bool check_path_matches(const char *glob, const char *path)
{
    if (glob[0] == '~') {
        path = in_home(path);
        if (!path)
            return false;
        glob += 2;
    } else if (strncmp(glob, "**/", 3) == 0) {
        const char *slash = strrchr(path, '/');

        glob += 3;
        path = slash ? slash + 1 : path;
    }
    while (*glob && *glob == *path && !is_special(*glob)) {
        glob++;
        path++;
    }
    if (!*glob || !is_special(*glob))
        return !*glob && !*path;
    if (strcmp(glob, "**") == 0)
        return *path != 0;
    if (ends_differ(glob, path))
        return false;
    if (strlen(glob) > 3 && strcmp(glob + strlen(glob) - 3, "/**") == 0)
        return fnmatch(glob, path, FNM_PATHNAME | FNM_LEADING_DIR) ==
               0; /* its last part is any name */
    return fnmatch(glob, path, FNM_PATHNAME) == 0;
}
