#include "audit/store_paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nix/nar_hash.h"

#define STORE "nix/store/"

struct store_paths {
    struct store_path *all;
    size_t n, cap;
    struct store_target *targets;
    size_t n_targets, cap_targets, target_bytes;
    struct nar_hash *nar; /* of the path at hand, the last of `all`; NULL: none, or without hash */
    bool inside;          /* there is a path at hand */
    bool reading;         /* one of its files is open: what comes now lies inside of that */
};

struct store_paths *store_paths_new(void)
{
    return calloc(1, sizeof(struct store_paths));
}

struct store_paths *store_paths_free(struct store_paths *paths)
{
    if (!paths)
        return NULL;
    for (size_t i = 0; i < paths->n; i++) {
        free((void *)(uintptr_t)paths->all[i].container);
        free((void *)(uintptr_t)paths->all[i].name);
    }
    for (size_t i = 0; i < paths->n_targets; i++) {
        free((void *)(uintptr_t)paths->targets[i].container);
        free((void *)(uintptr_t)paths->targets[i].path);
    }
    free(paths->targets);
    free(paths->all);
    nar_hash_free(paths->nar);
    free(paths);
    return NULL;
}

/* Ends the path at hand. */
static void leave(struct store_paths *paths)
{
    struct store_path *path;

    if (!paths->inside)
        return;
    path = &paths->all[paths->n - 1];
    path->hashed = paths->nar && nar_hash_end(paths->nar, path->nar_sha256, &path->nar_size) == 0;
    paths->nar = nar_hash_free(paths->nar);
    paths->inside = false;
}

static int enter(struct store_paths *paths, const char *container, const char *name, size_t len)
{
    struct store_path *path;

    if (paths->n == STORE_PATHS_MAX)
        return 0;
    if (paths->n == paths->cap) {
        size_t cap = paths->cap ? paths->cap * 2 : 256;
        struct store_path *all = realloc(paths->all, cap * sizeof(*all));

        if (!all)
            return -ENOMEM;
        paths->all = all;
        paths->cap = cap;
    }
    path = &paths->all[paths->n];
    *path = (struct store_path){.container = strdup(container), .name = strndup(name, len)};
    paths->n++;
    paths->nar = nar_hash_new();
    paths->inside = true;
    return path->container && path->name && paths->nar ? 0 : -ENOMEM;
}

/* Whether `name`, `len` bytes, of the store in `container` is the path at hand. */
static bool is_at_hand(const struct store_paths *paths, const char *container, const char *name,
                       size_t len)
{
    const struct store_path *path = paths->inside ? &paths->all[paths->n - 1] : NULL;

    return path && strcmp(path->container, container) == 0 && strncmp(path->name, name, len) == 0 &&
           path->name[len] == 0;
}

const char *store_paths_link(const char *link)
{
    for (;; link++) {
        while (*link == '/')
            link++;
        if (link[0] != '.' || link[1] != '/')
            return link;
    }
}

const char *store_paths_name(const struct entry *entry)
{
    const char *name = entry->path + strlen(STORE);

    /* What begins with a dot is Nix's own: ".links". */
    return strncmp(entry->path, STORE, strlen(STORE)) == 0 && *name && *name != '.' ? name : NULL;
}

/* Beyond the limits, the paths stay without a hash. */
static int note_target(struct store_paths *paths, const struct entry *entry)
{
    const char *link = store_paths_link(entry->link ? entry->link : "");
    size_t size = strlen(link) + strlen(entry->container) + 2;
    struct store_target *target;

    if (paths->n_targets == STORE_TARGETS_MAX || size > STORE_TARGETS_BYTES - paths->target_bytes)
        return 0;
    if (paths->n_targets == paths->cap_targets) {
        size_t cap = paths->cap_targets ? paths->cap_targets * 2 : 256;
        struct store_target *targets = reallocarray(paths->targets, cap, sizeof(*targets));

        if (!targets)
            return -ENOMEM;
        paths->targets = targets;
        paths->cap_targets = cap;
    }
    target = &paths->targets[paths->n_targets++];
    *target = (struct store_target){strdup(entry->container), strdup(link)};
    paths->target_bytes += size;
    return target->container && target->path ? 0 : -ENOMEM;
}

/* A hard link's content is somewhere else, so that it cannot be hashed here. */
static int put_node(struct store_paths *paths, const struct entry *entry, const char *below)
{
    struct nar_node node = {.path = below,
                            .executable = entry->mode & 0100,
                            .size = (uint64_t)entry->size,
                            .link = entry->link};

    node.kind = entry->type == ENTRY_DIR       ? NAR_FOLDER
                : entry->type == ENTRY_SYMLINK ? NAR_LINK
                                               : NAR_FILE;
    if ((node.kind == NAR_FILE && (entry->type != ENTRY_FILE || entry->size < 0)) ||
        nar_hash_node(paths->nar, &node) < 0) {
        paths->nar = nar_hash_free(paths->nar);
        return 0;
    }
    paths->reading = node.kind == NAR_FILE;
    return paths->reading;
}

int store_paths_entry(struct store_paths *paths, const struct entry *entry)
{
    const char *name = store_paths_name(entry);
    size_t len;
    int r = 0;

    if (paths->reading)
        return 0;
    if (!name) {
        leave(paths);
        return 0;
    }
    len = strcspn(name, "/");
    if (!is_at_hand(paths, entry->container, name, len)) {
        leave(paths);
        r = enter(paths, entry->container, name, len);
    }
    if (r == 0 && entry->type == ENTRY_HARDLINK)
        r = note_target(paths, entry);
    if (r < 0)
        return r;
    if (!paths->nar)
        return 0;
    return put_node(paths, entry, name[len] ? name + len + 1 : "");
}

void store_paths_bytes(struct store_paths *paths, const uint8_t *data, size_t len, uint64_t offset)
{
    if (paths->nar)
        nar_hash_bytes(paths->nar, data, len, offset); /* an error is told at the end */
}

void store_paths_done(struct store_paths *paths)
{
    paths->reading = false;
    if (paths->nar)
        nar_hash_done(paths->nar);
}

void store_paths_finish(struct store_paths *paths)
{
    leave(paths);
}

bool store_paths_is_inside(const struct store_paths *paths)
{
    return paths->inside;
}

size_t store_paths_count(const struct store_paths *paths)
{
    return paths->n;
}

const struct store_path *store_paths_get(const struct store_paths *paths, size_t i)
{
    return &paths->all[i];
}

const struct store_target *store_paths_targets(const struct store_paths *paths, size_t *ret_n)
{
    *ret_n = paths->n_targets;
    return paths->targets;
}

void store_paths_set(struct store_paths *paths, size_t i, const struct store_path *from)
{
    struct store_path *path = &paths->all[i];

    path->hashed = from != NULL;
    if (!from)
        return;
    memcpy(path->nar_sha256, from->nar_sha256, sizeof(path->nar_sha256));
    path->nar_size = from->nar_size;
}
