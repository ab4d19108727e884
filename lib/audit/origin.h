/* Where content comes from: what stands in a store path that a public cache has signed, byte for
 * byte, is public already. The hashes are computed in the same pass as everything else; the store's
 * database, which holds the signatures, may come after the store. */
#ifndef ASSAY_AUDIT_ORIGIN_H
#define ASSAY_AUDIT_ORIGIN_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/reorder.h"
#include "checks/checks.h"
#include "image/entry.h"
#include "scan/finding.h"

#define ORIGIN_NAME_MAX 211 /* bytes of a store path's name with its hash (Nix, path.hh) */
#define ORIGIN_DATABASES_MAX 16
#define ORIGIN_DATABASE_SIZE ((size_t)64 << 20) /* bytes of all databases kept */

struct origin;

/* What is known of one entry while it is open. Begins as {0}; that of the entry which is open
 * around it is its `parent`. */
struct origin_entry {
    uint32_t subject; /* for findings_subject(): the store path it stands in; 0: none */
    bool hashed;
    bool names; /* its path and link are all of its names, and so part of what was signed */
    struct assay_buf *database; /* its content is kept here */
    uint64_t database_size;     /* as the container says */
};

/* `keys` is the resolved policy's trusted_keys; it is kept. NULL when memory ran out. */
struct origin *origin_new(const json_t *keys);
struct origin *origin_free(struct origin *origin);

/* Told of every entry in the walk's order. `parent` is NULL for one in the artifact itself. 0 or
 * -ENOMEM. */
int origin_entry(struct origin *origin, const struct entry *entry,
                 const struct origin_entry *parent, struct origin_entry *ret);
int origin_bytes(struct origin *origin, struct origin_entry *entry, const uint8_t *data, size_t len,
                 uint64_t offset);
void origin_done(struct origin *origin, struct origin_entry *entry);

/* At the end of the walk: looks up what is known of which store path. When some of these came in an
 * order in which they could not be hashed, *ret is what a second walk is for, else NULL. 0,
 * -ENOMEM, or -EIO when libcrypto failed. */
int origin_look_up(struct origin *origin, struct reorder **ret);

/* After that: tells the findings which subjects are signed, and the checks which store paths are
 * not what was signed or registered. 0 or -ENOMEM. */
int origin_finish(struct origin *origin, struct findings *findings, struct checks *checks);

/* {"paths": store paths met, "hashed": those whose hash could be told, "signed": those that one of
 * the keys vouches for}, or NULL when memory ran out. */
json_t *origin_json(const struct origin *origin);

#endif
