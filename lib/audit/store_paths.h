/* The store paths in an artifact and their NAR hashes, computed in the same pass as everything
 * else. A store is a folder nix/store in the artifact, in a partition or in a nested container;
 * stores inside of a store's own files are not looked at. */
#ifndef ASSAY_AUDIT_STORE_PATHS_H
#define ASSAY_AUDIT_STORE_PATHS_H

#include <assay/digest.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/entry.h"

#define STORE_PATHS_MAX 1000000         /* of one artifact; further ones have no hash */
#define STORE_TARGETS_MAX 1000000       /* of hard links in store paths that are noted */
#define STORE_TARGETS_BYTES (64u << 20) /* and bytes of their names */

struct store_paths;

struct store_path {
    const char *container; /* of the store */
    const char *name;      /* HASH-NAME */
    bool hashed;           /* false: its entries did not come in a NAR's order, or not in full */
    uint8_t nar_sha256[ASSAY_SHA256_SIZE];
    uint64_t nar_size;
};

/* What a hard link in a store path points to. */
struct store_target {
    const char *container, *path;
};

/* NULL when memory ran out. */
struct store_paths *store_paths_new(void);
struct store_paths *store_paths_free(struct store_paths *paths);

/* Told of every entry in the walk's order. Returns 1 when its content is to be handed to
 * store_paths_bytes() and then store_paths_done(), 0, or -ENOMEM. */
int store_paths_entry(struct store_paths *paths, const struct entry *entry);
void store_paths_bytes(struct store_paths *paths, const uint8_t *data, size_t len, uint64_t offset);
void store_paths_done(struct store_paths *paths);

/* The end of the walk. */
void store_paths_finish(struct store_paths *paths);

/* Whether the last entry stood in a store path, which is the last one then. */
bool store_paths_is_inside(const struct store_paths *paths);

/* How many there are, and one of them, in the order in which they came; lent. */
size_t store_paths_count(const struct store_paths *paths);
const struct store_path *store_paths_get(const struct store_paths *paths, size_t i);

/* What hard links in store paths pointed to, in no order and perhaps more than once; lent. */
const struct store_target *store_paths_targets(const struct store_paths *paths, size_t *ret_n);

/* Takes over the hash of `from`, which was computed otherwise; NULL: it cannot be told. */
void store_paths_set(struct store_paths *paths, size_t i, const struct store_path *from);

/* Of an entry in a store, HASH-NAME and what is below it; NULL for others. */
const char *store_paths_name(const struct entry *entry);

/* A hard link's target as the path of an entry: less leading "./" and "/". */
const char *store_paths_link(const char *link);

#endif
