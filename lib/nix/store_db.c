#include "nix/store_db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include <assay/cleanup.h>
#include <assay/encode.h>

#define STEPS_AT_ONCE 100000
#define VALUE_MAX (1 << 20) /* bytes of one value */
#define WRITE_VERSION 18    /* offsets in the file's header */
#define READ_VERSION 19

struct store_db {
    sqlite3 *sqlite;
    sqlite3_stmt *find, *references;
    const char **names; /* of the last path's references, owned one by one */
    size_t n_names, cap_names;
    uint64_t steps;
};

static int on_steps(void *ctx)
{
    struct store_db *db = ctx;

    db->steps += STEPS_AT_ONCE;
    return db->steps > STORE_DB_STEPS_MAX;
}

static int map(int code)
{
    return code == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
}

/* Nothing but ordinary tables is asked: a view or virtual table could run what its author likes. */
static int check_tables(struct store_db *db)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db->sqlite,
                                  "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
                                  "name IN ('ValidPaths', 'Refs') AND "
                                  "sql LIKE 'CREATE TABLE %' AND rootpage > 0",
                                  -1, &statement, NULL);
    int n = 0;

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        n = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW)
        return map(code);
    return n == 2 ? 0 : -EBADMSG;
}

static int open_bytes(struct store_db *db, uint8_t *data, size_t len)
{
    int code = sqlite3_open_v2(":memory:", &db->sqlite, SQLITE_OPEN_READWRITE, NULL);

    if (code == SQLITE_OK) {
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
        sqlite3_limit(db->sqlite, SQLITE_LIMIT_LENGTH, VALUE_MAX);
        sqlite3_progress_handler(db->sqlite, STEPS_AT_ONCE, on_steps, db);
        if (len > READ_VERSION)
            data[WRITE_VERSION] = data[READ_VERSION] = 1;
        code = sqlite3_deserialize(db->sqlite, "main", data, (sqlite3_int64)len, (sqlite3_int64)len,
                                   SQLITE_DESERIALIZE_READONLY);
    }
    return code == SQLITE_OK ? check_tables(db) : map(code);
}

static int prepare(struct store_db *db)
{
    int code = sqlite3_prepare_v2(db->sqlite,
                                  "SELECT id, hash, narSize, coalesce(sigs, '') FROM ValidPaths "
                                  "WHERE path = ?",
                                  -1, &db->find, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db->sqlite,
                                  "SELECT p.path FROM Refs AS r JOIN ValidPaths AS p "
                                  "ON p.id = r.reference WHERE r.referrer = ? ORDER BY p.path",
                                  -1, &db->references, NULL);
    return code == SQLITE_OK ? 0 : map(code);
}

int store_db_open(uint8_t *data, size_t len, struct store_db **ret, struct assay_error *err)
{
    struct store_db *db = calloc(1, sizeof(*db));
    int r = db ? open_bytes(db, data, len) : -ENOMEM;

    if (r == 0)
        r = prepare(db);
    if (r == 0) {
        *ret = db;
        return 0;
    }
    if (r == -ENOMEM)
        assay_error_set(err, ENOMEM, "out of memory while opening the Nix store's database");
    else
        assay_error_set(err, EBADMSG, "this is no database of a Nix store: %s",
                        sqlite3_errcode(db->sqlite) ? sqlite3_errmsg(db->sqlite)
                                                    : "its tables are not there");
    store_db_free(db);
    return r;
}

static void forget_names(struct store_db *db)
{
    for (size_t i = 0; i < db->n_names; i++)
        free((void *)(uintptr_t)db->names[i]);
    db->n_names = 0;
}

struct store_db *store_db_free(struct store_db *db)
{
    if (!db)
        return NULL;
    sqlite3_finalize(db->find);
    sqlite3_finalize(db->references);
    sqlite3_close(db->sqlite);
    forget_names(db);
    free(db->names);
    free(db);
    return NULL;
}

static int add_name(struct store_db *db, const char *name)
{
    if (db->n_names == STORE_DB_REFERENCES_MAX)
        return -EBADMSG;
    if (db->n_names == db->cap_names) {
        size_t cap = db->cap_names ? db->cap_names * 2 : 64;
        const char **names = realloc(db->names, cap * sizeof(*names));

        if (!names)
            return -ENOMEM;
        db->names = names;
        db->cap_names = cap;
    }
    db->names[db->n_names] = strdup(name ? name : "");
    return db->names[db->n_names++] ? 0 : -ENOMEM;
}

static int find_references(struct store_db *db, sqlite3_int64 id)
{
    int code, r = 0;

    forget_names(db);
    sqlite3_reset(db->references);
    sqlite3_bind_int64(db->references, 1, id);
    while ((code = sqlite3_step(db->references)) == SQLITE_ROW && r == 0)
        r = add_name(db, (const char *)sqlite3_column_text(db->references, 0));
    if (r < 0)
        return r;
    return code == SQLITE_DONE ? 0 : map(code);
}

int store_db_find(struct store_db *db, const char *path, struct nix_path_info *ret,
                  const char **ret_signatures)
{
    static const char prefix[] = "sha256:";
    struct nix_path_info info = {.path = path};
    const char *hash, *signatures;
    int code, r;

    sqlite3_reset(db->find);
    sqlite3_bind_text(db->find, 1, path, -1, SQLITE_STATIC);
    code = sqlite3_step(db->find);
    if (code == SQLITE_DONE)
        return 0;
    if (code != SQLITE_ROW)
        return map(code);
    hash = (const char *)sqlite3_column_text(db->find, 1);
    signatures = (const char *)sqlite3_column_text(db->find, 3);
    if (!hash || !signatures || strncmp(hash, prefix, strlen(prefix)) != 0 ||
        assay_hex_decode(hash + strlen(prefix), info.nar_sha256, sizeof(info.nar_sha256)) < 0)
        return -EBADMSG;
    info.nar_size = (uint64_t)sqlite3_column_int64(db->find, 2);
    r = find_references(db, sqlite3_column_int64(db->find, 0));
    if (r < 0)
        return r;
    info.references = db->names;
    info.n_references = db->n_names;
    *ret = info;
    *ret_signatures = signatures;
    return 1;
}
