#include "store/store.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/db.h"
#include "store/schema.h"

void store_on_change(struct store *store, void (*changed)(void *ctx, int64_t build), void *ctx)
{
    pthread_rwlock_wrlock(&store->changed_lock);
    store->changed = changed;
    store->changed_ctx = ctx;
    pthread_rwlock_unlock(&store->changed_lock);
}

static int read_version(struct store *store, int *ret, struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, "open the database", err, "PRAGMA user_version", "");

    if (r == 0)
        r = db_step(store, stmt, "open the database", err);
    if (r < 0)
        return r;
    *ret = sqlite3_column_int(stmt, 0);
    return 0;
}

/* One transaction for each step, the new version in it. */
static int migrate(struct store *store, const char *path, struct assay_error *err)
{
    int version = 0, r = read_version(store, &version, err);

    if (r < 0)
        return r;
    if (version > SCHEMA_VERSION)
        return assay_error_set(err, EPROTO,
                               "%s has the version %d, this assayd knows %d at most; start the "
                               "newer assayd, or restore the backup made before the upgrade",
                               path, version, SCHEMA_VERSION);
    for (; version < SCHEMA_VERSION; version++) {
        char pragma[64];

        snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", version + 1);
        r = db_begin(store, "migrate the database", err);
        if (r == 0)
            r = db_exec(store, schema_steps[version], "migrate the database", err);
        if (r == 0)
            r = db_exec(store, pragma, "migrate the database", err);
        if (r == 0)
            r = db_commit(store, "migrate the database", err);
        if (r < 0) {
            db_rollback(store);
            return assay_error_prefix(err, "%s", path);
        }
    }
    return 0;
}

static int open_database(struct store *store, const char *path, struct assay_error *err)
{
    static const char settings[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                   "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                                   /* 1 MiB; the log is folded in every 200 pages, so that a full
                                    * disk is met with little in flight. */
                                   "PRAGMA cache_size = -1024; PRAGMA wal_autocheckpoint = 200;"
                                   "PRAGMA journal_size_limit = 1048576;";
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK)
        return assay_error_set(err, EACCES,
                               "cannot open %s: %s; state_dir must be a folder that assayd may "
                               "write to",
                               path, store->db ? sqlite3_errmsg(store->db) : "out of memory");
    sqlite3_busy_timeout(store->db, 10000); /* milliseconds; `assayd --create-token` beside us */
    if (db_exec(store, settings, "open the database", err) < 0)
        return assay_error_prefix(err, "%s", path);
    return migrate(store, path, err);
}

int store_open(const char *state_dir, struct store **ret, struct assay_error *err)
{
    char path[PATH_MAX];
    struct store *store = calloc(1, sizeof(*store));
    mode_t mask;
    int r;

    if (!store)
        return assay_error_set(err, ENOMEM, "cannot open the database: out of memory");
    snprintf(path, sizeof(path), "%s/assay.db", state_dir);
    pthread_rwlock_init(&store->changed_lock, NULL);
    pthread_mutex_init(&store->lock, NULL);
    pthread_mutex_init(&store->progress_lock, NULL);
    mask = umask(0077);
    r = open_database(store, path, err);
    umask(mask);
    if (r < 0) {
        store_close(store);
        return r;
    }
    *ret = store;
    return 0;
}

struct store *store_close(struct store *store)
{
    if (!store)
        return NULL;
    sqlite3_close(store->db);
    pthread_rwlock_destroy(&store->changed_lock);
    pthread_mutex_destroy(&store->lock);
    pthread_mutex_destroy(&store->progress_lock);
    free(store);
    return NULL;
}
