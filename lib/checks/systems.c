/* Gathers the systems of an artifact while it is walked. What is kept of them is bounded: of a
 * store, of /usr and of homes only the names that some check may be led to. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/system.h"

#define HEAD 64 /* bytes kept of programs and icons: what tells them from others */

struct systems {
    const struct checks_job *job;
    struct check_system list[SYSTEMS_MAX];
    size_t n;
    size_t nodes, text, content; /* kept of all */
};

static const char store[] = "nix/store/";

static bool starts(const char *path, const char *with)
{
    return strncmp(path, with, strlen(with)) == 0;
}

static bool ends(const char *path, const char *with)
{
    size_t len = strlen(path), n = strlen(with);

    return len >= n && strcmp(path + len - n, with) == 0;
}

static unsigned depth_of(const char *path)
{
    unsigned depth = *path != 0;

    for (; *path; path++)
        depth += *path == '/';
    return depth;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Programs that WSL starts, and what such a name may be a link to. */
static bool is_program(const char *path)
{
    static const char *const names[] = {
        "sh",   "bash",    "dash",         "ash",  "busybox",          "true", "coreutils",
        "init", "systemd", "systemd-shim", "mksh", "bash-interactive", "zsh"};
    const char *name = base_of(path);

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* A path inside of nix/store/. */
static bool keeps_store(const char *inside, enum entry_type type)
{
    const char *slash = strchr(inside, '/');

    if (!slash)
        return type != ENTRY_DIR || ends(inside, "-units");
    if (strncmp(slash, "/etc/", 5) == 0 || strncmp(slash, "/share/wsl/", 11) == 0 ||
        strstr(slash, ".wants/"))
        return true;
    if (slash - inside > 6 && strncmp(slash - 6, "-units", 6) == 0)
        return true;
    if (!strchr(slash + 1, '/'))
        return type == ENTRY_SYMLINK || is_program(slash);
    return is_program(slash) ||
           (depth_of(slash + 1) == 2 && strncmp(slash, "/bin/", 5) == 0 && type == ENTRY_SYMLINK);
}

bool systems_keeps(const char *path, enum entry_type type)
{
    static const char *const below[] = {"etc/systemd/", "usr/lib/wsl/", "usr/libexec/wsl/",
                                        "usr/share/wsl/", "nix/var/nix/profiles/"};
    unsigned depth;

    if (starts(path, store))
        return keeps_store(path + sizeof(store) - 1, type);
    for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++)
        if (starts(path, below[i]))
            return true;
    depth = depth_of(path);
    if (starts(path, "etc/"))
        return depth <= 3 || type == ENTRY_SYMLINK;
    if (depth <= 2 || strstr(path, ".wants/") || strstr(path, "lib/systemd/systemd"))
        return true;
    return depth == 3 && (starts(path, "usr/bin/") || starts(path, "usr/sbin/") ||
                          ends(path, "/etc/passwd") || ends(path, "/etc/wsl.conf"));
}

/* Files of which a check reads the content. */
static bool is_text(const char *path)
{
    const char *name = base_of(path);

    if (ends(name, "wsl.conf") || ends(name, "wsl-distribution.conf") ||
        strcmp(path, "etc/passwd") == 0 || strcmp(path, "etc/hostname") == 0)
        return true;
    if (starts(path, store) && ends(name, "-etc-hostname"))
        return true;
    return ends(name, ".json") &&
           (strstr(name, "terminal") || strstr(name, "profile") || strstr(path, "/wsl/"));
}

static bool has_head(const char *path)
{
    return ends(path, ".ico") || is_program(path);
}

struct systems *systems_new(const struct checks_job *job)
{
    struct systems *systems = calloc(1, sizeof(*systems));

    if (systems)
        systems->job = job;
    return systems;
}

static void free_node(struct system_node *node)
{
    if (!node)
        return;
    free(node->path);
    free(node->link);
    free(node->content);
    free(node);
}

struct systems *systems_free(struct systems *systems)
{
    for (size_t i = 0; systems && i < systems->n; i++) {
        struct check_system *system = &systems->list[i];

        for (size_t j = 0; j < system->n_slots; j++)
            free_node(system->slots[j]);
        free(system->slots);
        free(system->container);
    }
    free(systems);
    return NULL;
}

static struct check_system *find(const struct systems *systems, const char *container)
{
    size_t len = check_root_len(container);

    for (size_t i = 0; i < systems->n; i++) {
        const char *known = systems->list[i].container;

        if (strlen(known) == len && memcmp(known, container, len) == 0)
            return (struct check_system *)(uintptr_t)&systems->list[i];
    }
    return NULL;
}

bool systems_knows(const struct systems *systems, const struct entry *entry)
{
    return find(systems, entry->container) != NULL;
}

/* The entry's system; NULL when there are too many or memory ran out. */
static struct check_system *find_or_add(struct systems *systems, const char *container)
{
    struct check_system *system = find(systems, container);

    if (system || systems->n == SYSTEMS_MAX)
        return system;
    system = &systems->list[systems->n];
    system->container = strndup(container, check_root_len(container));
    if (!system->container)
        return NULL;
    systems->n++;
    return system;
}

/* Of a path that comes twice (an upper layer's, or a second one in a tar) the later one stands. */
static int fill(struct systems *systems, struct system_node *node, const struct entry *entry)
{
    node->type = entry->type;
    node->mode = entry->mode;
    node->uid = entry->uid;
    node->gid = entry->gid;
    node->size = entry->size;
    free(node->link);
    free(node->content);
    node->content = NULL;
    node->link = NULL;
    if (!entry->link)
        return 0;
    node->link = strdup(entry->link);
    systems->text += strlen(entry->link);
    return node->link ? 0 : -ENOMEM;
}

static int keep(struct systems *systems, struct check_system *system, const struct entry *entry)
{
    struct system_node *node = system_at(system, entry->path);
    size_t text = strlen(entry->path) + (entry->link ? strlen(entry->link) : 0);
    int r;

    if (systems->nodes >= SYSTEM_NODES_MAX || systems->text + text > SYSTEM_TEXT_MAX) {
        system->full = true;
        return 0;
    }
    if (!node) {
        r = system_add(system, entry->path, &node);
        if (r < 0)
            return r;
        systems->nodes++;
        systems->text += strlen(entry->path);
    }
    return fill(systems, node, entry);
}

static bool is_kept(const struct entry *entry)
{
    return entry->in == ENTRY_IN_FILE && entry->type != ENTRY_FREE && entry->type != ENTRY_META &&
           systems_keeps(entry->path, entry->type) && check_in_system_root(entry);
}

int systems_entry(struct systems *systems, const struct entry *entry)
{
    struct check_system *system;
    int r;

    if (!is_kept(entry))
        return 0;
    system = find_or_add(systems, entry->container);
    if (!system)
        return systems->n == SYSTEMS_MAX ? 0 : -ENOMEM;
    r = keep(systems, system, entry);
    if (r < 0)
        return r;
    return entry->type == ENTRY_FILE && (is_text(entry->path) || has_head(entry->path));
}

int systems_content(struct systems *systems, const struct check_content *content)
{
    const struct entry *entry = content->entry;
    struct check_system *system = is_kept(entry) ? find(systems, entry->container) : NULL;
    struct system_node *node = system ? system_at(system, entry->path) : NULL;
    size_t len = content->len;

    if (!node || entry->type != ENTRY_FILE || !(is_text(entry->path) || has_head(entry->path)))
        return 0;
    if (!is_text(entry->path) && len > HEAD)
        len = HEAD;
    if (systems->content + len > SYSTEM_CONTENT_MAX)
        return 0;
    free(node->content);
    node->content = malloc(len + 1);
    if (!node->content)
        return -ENOMEM;
    memcpy(node->content, content->data, len);
    node->content[len] = 0;
    node->len = len;
    node->whole = content->whole;
    systems->content += len;
    return 0;
}

/* A distribution's file in it, or its name, says that a system is meant for WSL. A .wsl that holds
 * no system at all is judged by what reads it. */
static bool is_wsl(const struct systems *systems, const struct check_system *system)
{
    const char *name = systems->job->name;

    if (system_at(system, "etc/wsl.conf") || system_at(system, "etc/wsl-distribution.conf"))
        return true;
    if (!name || !ends(name, ".wsl") || system->container[0])
        return false;
    for (size_t i = 0; i < system->n_slots; i++) {
        const char *path = system->slots[i] ? system->slots[i]->path : "";

        if (starts(path, "etc/") || strcmp(path, "bin/sh") == 0 || ends(path, "/etc/passwd") ||
            ends(path, "/etc/wsl.conf"))
            return true;
    }
    return false;
}

const struct check_system *systems_list(struct systems *systems, const char *format, size_t *ret_n)
{
    for (size_t i = 0; i < systems->n; i++) {
        systems->list[i].wsl = is_wsl(systems, &systems->list[i]);
        systems->list[i].format = systems->list[i].container[0] ? "" : format;
    }
    *ret_n = systems->n;
    return systems->list;
}
