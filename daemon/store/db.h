/* What the store's files share: the one connection, short access to statements, the table of
 * progress. Nothing outside this folder includes it. */
#ifndef ASSAY_STORE_DB_H
#define ASSAY_STORE_DB_H

#include <assay/cleanup.h>
#include <pthread.h>
#include <sqlite3.h>

#include "store/store.h"

/* Progress of one build's current stage. */
struct progress {
    int64_t build; /* 0: the place is free */
    int64_t revision;
    uint64_t done, total, entries;
    char text[256];
};

#define DB_PROGRESS_PLACES 64

struct store {
    sqlite3 *db;
    pthread_mutex_t lock;          /* of the connection */
    pthread_rwlock_t changed_lock; /* of the two below; held while `changed` runs */
    void (*changed)(void *ctx, int64_t build);
    void *changed_ctx;
    pthread_mutex_t progress_lock; /* of `progress`; never taken with `lock` to be taken after */
    struct progress progress[DB_PROGRESS_PLACES];
};

/* Holds the connection until the end of the scope. */
static inline void db_unlockp(pthread_mutex_t **lock)
{
    pthread_mutex_unlock(*lock);
}
#define DB_LOCKED(store)                                                                     \
    _cleanup_(db_unlockp) __attribute__((unused)) pthread_mutex_t *locked_ = &(store)->lock; \
    pthread_mutex_lock(locked_)

static inline void db_finalizep(sqlite3_stmt **stmt)
{
    sqlite3_finalize(*stmt);
}
#define _cleanup_stmt_ _cleanup_(db_finalizep)

/* Turns what SQLite said last into an error: -ENOSPC for a full disk, -EBUSY, -EIO for a damaged
 * file, ... `doing` completes "cannot ...". */
int db_error(struct store *store, const char *doing, struct assay_error *err);

/* Prepares a statement and binds its parameters in order, one letter of `types` for each:
 * 's' const char * (NULL gives SQL NULL), 'i' int64_t. */
int db_prepare(struct store *store, sqlite3_stmt **ret, const char *doing, struct assay_error *err,
               const char *sql, const char *types, ...);

/* Steps once: 1 for a row, 0 at the end. */
int db_step(struct store *store, sqlite3_stmt *stmt, const char *doing, struct assay_error *err);

/* Runs statements that give no rows and take no parameters. */
int db_exec(struct store *store, const char *sql, const char *doing, struct assay_error *err);

/* Begins a write transaction; db_commit() or db_rollback() ends it. A failed commit is rolled
 * back. */
int db_begin(struct store *store, const char *doing, struct assay_error *err);
int db_commit(struct store *store, const char *doing, struct assay_error *err);
void db_rollback(struct store *store);

/* A column as text, "" for NULL; owned by the statement until its next step. */
const char *db_text(sqlite3_stmt *stmt, int column);
/* Copies a text column, cut to `size`. */
void db_copy(sqlite3_stmt *stmt, int column, char *ret, size_t size);
/* A column as JSON: the text (made UTF-8), or null where it is empty. */
json_t *db_json_text(sqlite3_stmt *stmt, int column);
/* A column of seconds since 1970 as JSON: RFC 3339, or null for 0. */
json_t *db_json_time(sqlite3_stmt *stmt, int column);

/* A revision for a change made now: milliseconds since 1970. Written as MAX(this, old + 1), it
 * rises over restarts too, although progress is not kept. */
int64_t db_revision(void);

/* Tells whoever asked by store_on_change(); no lock may be held. */
void db_changed(struct store *store, int64_t build);

/* Forgets the progress of a build's stage. */
void progress_clear(struct store *store, int64_t build);
/* Copies it; false when there is none. */
bool progress_get(struct store *store, int64_t build, struct progress *ret);

#endif
