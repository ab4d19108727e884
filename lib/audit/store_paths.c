#include "audit/store_paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nix/nar_hash.h"

#define STORE "nix/store/"

struct store_paths {
    struct store_path *all;
    size_t n, cap;
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
    const char *name = entry->path + strlen(STORE);
    size_t len;

    if (paths->reading)
        return 0;
    /* What begins with a dot is Nix's own: ".links". */
    if (strncmp(entry->path, STORE, strlen(STORE)) != 0 || !*name || *name == '.') {
        leave(paths);
        return 0;
    }
    len = strcspn(name, "/");
    if (!is_at_hand(paths, entry->container, name, len)) {
        int r;

        leave(paths);
        r = enter(paths, entry->container, name, len);
        if (r < 0)
            return r;
    }
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
