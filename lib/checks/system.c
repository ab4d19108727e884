#include "checks/system.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/ini.h"

#define LINKS_MAX 40 /* symbolic links followed for one path, as Linux does */

const char *system_relative(const char *path)
{
    while (*path == '/' || (path[0] == '.' && path[1] == '/'))
        path++;
    return path;
}

/* FNV-1a. */
static size_t hash(const char *path)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (; *path; path++)
        sum = (sum ^ (uint8_t)*path) * UINT64_C(0x100000001b3);
    return (size_t)(sum ^ sum >> 32);
}

/* The slot that holds the path, or the free one where it belongs. */
static size_t slot_of(struct system_node *const *slots, size_t n_slots, const char *path)
{
    size_t i = hash(path) & (n_slots - 1);

    while (slots[i] && strcmp(slots[i]->path, path) != 0)
        i = (i + 1) & (n_slots - 1);
    return i;
}

struct system_node *system_at(const struct check_system *system, const char *path)
{
    return system->n_slots ? system->slots[slot_of(system->slots, system->n_slots, path)] : NULL;
}

/* At most half of the slots are in use, so that a free one is met soon. */
static int grow(struct check_system *system)
{
    size_t n_slots = system->n_slots ? 2 * system->n_slots : 64;
    struct system_node **slots;

    if (system->n < system->n_slots / 2)
        return 0;
    slots = calloc(n_slots, sizeof(struct system_node *));
    if (!slots)
        return -ENOMEM;
    for (size_t i = 0; i < system->n_slots; i++)
        if (system->slots[i])
            slots[slot_of(slots, n_slots, system->slots[i]->path)] = system->slots[i];
    free(system->slots);
    system->slots = slots;
    system->n_slots = n_slots;
    return 0;
}

int system_add(struct check_system *system, const char *path, struct system_node **ret)
{
    struct system_node *node;

    if (grow(system) < 0)
        return -ENOMEM;
    node = calloc(1, sizeof(*node));
    if (!node)
        return -ENOMEM;
    node->path = strdup(path);
    if (!node->path) {
        free(node);
        return -ENOMEM;
    }
    system->slots[slot_of(system->slots, system->n_slots, path)] = node;
    system->n++;
    *ret = node;
    return 0;
}

/* A path on its way to where it leads. */
struct trail {
    char at[SYSTEM_PATH_MAX];   /* followed so far, no link in it */
    char rest[SYSTEM_PATH_MAX]; /* still to be followed */
    unsigned links;
};

/* Puts `link` before what is left to follow. */
static bool take_link(struct trail *trail, const char *link, bool from_root)
{
    char rest[SYSTEM_PATH_MAX];
    char *slash = strrchr(trail->at, '/');
    int n = snprintf(rest, sizeof(rest), "%s/%s", link, trail->rest);

    if (n < 0 || (size_t)n >= sizeof(rest) || ++trail->links > LINKS_MAX)
        return false;
    memcpy(trail->rest, rest, (size_t)n + 1);
    if (from_root || link[0] == '/')
        trail->at[0] = 0;
    else if (slash)
        *slash = 0;
    else
        trail->at[0] = 0;
    return true;
}

/* Takes one part of the path. */
static bool take_part(const struct check_system *system, struct trail *trail)
{
    const char *rest = trail->rest + strspn(trail->rest, "/");
    size_t len = strcspn(rest, "/"), at = strlen(trail->at);
    char part[SYSTEM_PATH_MAX];
    const struct system_node *node;

    memcpy(part, rest, len);
    part[len] = 0;
    memmove(trail->rest, rest + len, strlen(rest + len) + 1);
    if (strcmp(part, "..") == 0) {
        char *slash = strrchr(trail->at, '/');

        *(slash ? slash : trail->at) = 0;
        return true;
    }
    if (len == 0 || strcmp(part, ".") == 0)
        return true;
    if (at + len + 2 > sizeof(trail->at))
        return false;
    snprintf(trail->at + at, sizeof(trail->at) - at, "%s%s", at ? "/" : "", part);
    node = system_at(system, trail->at);
    if (node && node->link && (node->type == ENTRY_SYMLINK || node->type == ENTRY_HARDLINK))
        return take_link(trail, node->link, node->type == ENTRY_HARDLINK);
    return true;
}

enum system_found system_find(const struct check_system *system, const char *path,
                              const struct system_node **ret, char *ret_where)
{
    struct trail trail = {.links = 0};
    const struct system_node *node;
    bool whole = strlen(path) < sizeof(trail.rest);

    snprintf(trail.rest, sizeof(trail.rest), "%s", path);
    while (whole && trail.rest[strspn(trail.rest, "/")])
        whole = take_part(system, &trail);
    if (ret_where)
        memcpy(ret_where, trail.at, sizeof(trail.at));
    if (!whole)
        return SYSTEM_ABSENT;
    node = system_at(system, trail.at);
    if (node) {
        *ret = node;
        return SYSTEM_FOUND;
    }
    return system->full || !systems_keeps(trail.at, ENTRY_DIR) ? SYSTEM_UNKNOWN : SYSTEM_ABSENT;
}

bool system_setting(const struct check_system *system, const char *path, const char *key, char *ret,
                    size_t size)
{
    const struct system_node *node;
    struct ini ini = {.line = 0};
    bool found = false;

    if (system_find(system, path, &node, NULL) != SYSTEM_FOUND || !node->content)
        return false;
    ini.data = node->content;
    ini.left = node->len;
    while (ini_next(&ini)) {
        if (strcmp(ini.key, key) != 0)
            continue;
        snprintf(ret, size, "%s", ini.value);
        found = true;
    }
    return found;
}

/* One line of passwd(5). */
static bool is_user(const char *line, size_t len, const char *name, int64_t uid)
{
    const char *colon = memchr(line, ':', len), *second;
    size_t left;

    if (!colon)
        return false;
    if (name)
        return strlen(name) == (size_t)(colon - line) && memcmp(line, name, strlen(name)) == 0;
    left = len - (size_t)(colon + 1 - line);
    second = memchr(colon + 1, ':', left);
    return second && strtoll(second + 1, NULL, 10) == uid;
}

bool system_has_user(const struct check_system *system, const char *name, int64_t uid)
{
    const struct system_node *node;
    const char *line, *end;

    if (system_find(system, "etc/passwd", &node, NULL) != SYSTEM_FOUND || !node->content)
        return false;
    line = (const char *)node->content;
    end = line + node->len;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((newline ? newline : end) - line);

        if (is_user(line, len, name, uid))
            return true;
        line += len + 1;
    }
    return false;
}

int system_report(struct check_run *run, const struct check_system *system, const char *path,
                  const char *value, const char *format, ...)
{
    char message[900];
    const struct check_report report = {.container = system->container,
                                        .path = path,
                                        .value = value,
                                        .message = message,
                                        .severity = SEVERITY_CRITICAL};
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return check_report_as(run, &report);
}
