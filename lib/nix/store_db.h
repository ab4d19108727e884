/* The database of a Nix store (nix/var/nix/db/db.sqlite, Nix's src/libstore/schema.sql): what it
 * says of each path. The bytes are foreign: read from memory, without running anything that stands
 * in the schema. */
#ifndef ASSAY_NIX_STORE_DB_H
#define ASSAY_NIX_STORE_DB_H

#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

#include "nix/signature.h"

#define STORE_DB_REFERENCES_MAX 100000 /* of one path */
#define STORE_DB_STEPS_MAX 200000000   /* of SQLite's machine, for all of it: some seconds */

struct store_db;

/* Opens `len` bytes at `data`, which stay where they are until store_db_free(). Two of them are
 * changed: a database in memory cannot have the write-ahead log that Nix's are marked for, so the
 * mark is taken off (SQLite's "Database File Format", 1.3.3). -EBADMSG with `err` for what is no
 * such database, -ENOMEM. */
int store_db_open(uint8_t *data, size_t len, struct store_db **ret, struct assay_error *err);
struct store_db *store_db_free(struct store_db *db);

/* What the database says of `path` ("/nix/store/..."): hash, size and references go to `ret` and
 * the signatures, separated by blanks, to *ret_signatures ("" for none). All of it is the
 * database's own until the next call. Returns 1, 0 when it does not know the path, -EBADMSG when it
 * cannot be read, -ENOMEM. */
int store_db_find(struct store_db *db, const char *path, struct nix_path_info *ret,
                  const char **ret_signatures);

#endif
