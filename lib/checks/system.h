/* What checks know of a system once the walk is over: the few paths that matter, with links
 * followed as the system itself would, wherever they lead inside of it (/etc/static, the Nix
 * store). */
#ifndef ASSAY_CHECKS_SYSTEM_H
#define ASSAY_CHECKS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/check.h"
#include "image/entry.h"

#define SYSTEMS_MAX 32                       /* systems in one artifact that are told apart */
#define SYSTEM_NODES_MAX 100000              /* paths kept of all of them */
#define SYSTEM_TEXT_MAX ((size_t)16 << 20)   /* bytes of paths and links */
#define SYSTEM_CONTENT_MAX ((size_t)4 << 20) /* bytes of content */
#define SYSTEM_PATH_MAX 4096

struct system_node {
    char *path;
    enum entry_type type;
    uint32_t mode;
    int64_t uid, gid, size;
    char *link;
    uint8_t *content; /* NULL: none was kept */
    size_t len;
    bool whole;
};

struct check_system {
    char *container;
    bool wsl;                   /* it is, or means to be, a WSL distribution */
    bool full;                  /* not all paths were kept that should have been */
    const char *format;         /* the artifact's, as image/image.h writes it */
    struct system_node **slots; /* a hash table by path; NULL: free */
    size_t n, n_slots;
};

struct systems;

struct systems *systems_new(const struct checks_job *job);
struct systems *systems_free(struct systems *systems);

/* Told of every entry. 1 when its content is wanted (up to CHECKS_CONTENT_MAX), 0, or -ENOMEM. */
int systems_entry(struct systems *systems, const struct entry *entry);
int systems_content(struct systems *systems, const struct check_content *content);

/* Whether the entry's system is told apart from others. */
bool systems_knows(const struct systems *systems, const struct entry *entry);

/* At the end of the walk: the systems met. */
const struct check_system *systems_list(struct systems *systems, const char *format, size_t *ret_n);

/* Whether a path of this type is kept; an ENTRY_DIR that is says that all types are. */
bool systems_keeps(const char *path, enum entry_type type);

/* Adds a node of a path that has none. 0 or -ENOMEM. */
int system_add(struct check_system *system, const char *path, struct system_node **ret);

enum system_found {
    SYSTEM_ABSENT,
    SYSTEM_FOUND,
    SYSTEM_UNKNOWN, /* it leads to where paths are not kept */
};

/* Follows `path` to what it leads to: *ret is its node, and `ret_where` (SYSTEM_PATH_MAX bytes, may
 * be NULL) the path reached, whatever is returned. Loops are absent. */
enum system_found system_find(const struct check_system *system, const char *path,
                              const struct system_node **ret, char *ret_where);

/* The node of this very path, links not followed, or NULL. */
struct system_node *system_at(const struct check_system *system, const char *path);

/* A setting of a configuration file in wsl.conf's form ("boot.systemd", lower case) in `ret`. False
 * when the file or the key is not there. */
bool system_setting(const struct check_system *system, const char *path, const char *key, char *ret,
                    size_t size);

/* The part of an absolute path after its slashes. */
const char *system_relative(const char *path);

/* Whether /etc/passwd has an account of this name or, with NULL, this uid. */
bool system_has_user(const struct check_system *system, const char *name, int64_t uid);

/* Reports about a path of the system; `value` is what a policy's exception may name, or NULL. */
int system_report(struct check_run *run, const struct check_system *system, const char *path,
                  const char *value, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
