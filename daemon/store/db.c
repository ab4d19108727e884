#include "store/db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <assay/clock.h>

static int errno_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return EBUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return EACCES;
    case SQLITE_CONSTRAINT:
        return EEXIST;
    default:
        return EIO;
    }
}

int db_error(struct store *store, const char *doing, struct assay_error *err)
{
    int code = sqlite3_extended_errcode(store->db);
    int number = errno_of(code);

    /* A write that fails for want of room can come as an I/O error (WAL, shared memory). */
    if (number == EIO && sqlite3_system_errno(store->db) == ENOSPC)
        number = ENOSPC;
    return assay_error_set(err, number, "cannot %s: the database says: %s%s", doing,
                           sqlite3_errmsg(store->db),
                           number == ENOSPC ? "; make room on the disk of state_dir" : "");
}

int db_prepare(struct store *store, sqlite3_stmt **ret, const char *doing, struct assay_error *err,
               const char *sql, const char *types, ...)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    va_list args;

    va_start(args, types);
    for (int i = 1; r == SQLITE_OK && types[i - 1]; i++) {
        if (types[i - 1] == 's')
            r = sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
        else
            r = sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
    }
    va_end(args);
    if (r != SQLITE_OK)
        return db_error(store, doing, err);
    *ret = ASSAY_TAKE(stmt);
    return 0;
}

int db_step(struct store *store, sqlite3_stmt *stmt, const char *doing, struct assay_error *err)
{
    switch (sqlite3_step(stmt)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return db_error(store, doing, err);
    }
}

int db_exec(struct store *store, const char *sql, const char *doing, struct assay_error *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return db_error(store, doing, err);
    return 0;
}

int db_begin(struct store *store, const char *doing, struct assay_error *err)
{
    return db_exec(store, "BEGIN IMMEDIATE", doing, err);
}

int db_commit(struct store *store, const char *doing, struct assay_error *err)
{
    int r = db_exec(store, "COMMIT", doing, err);

    if (r < 0)
        db_rollback(store);
    return r;
}

void db_rollback(struct store *store)
{
    /* A full disk may have ended the transaction already. */
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

const char *db_text(sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text ? text : "";
}

void db_copy(sqlite3_stmt *stmt, int column, char *ret, size_t size)
{
    snprintf(ret, size, "%s", db_text(stmt, column));
}

json_t *db_json_text(sqlite3_stmt *stmt, int column)
{
    const char *text = db_text(stmt, column);

    return *text ? assay_json_foreign_string(text, strlen(text)) : json_null();
}

json_t *db_json_time(sqlite3_stmt *stmt, int column)
{
    int64_t seconds = sqlite3_column_int64(stmt, column);
    char text[ASSAY_CLOCK_ISO];

    if (seconds == 0)
        return json_null();
    assay_clock_iso(seconds, text);
    return json_string(text);
}

int64_t db_revision(void)
{
    static _Atomic int64_t last;
    int64_t before = last, next;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    do {
        next = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
        /* Two changes within a millisecond, one of them in memory only, are still two. */
        if (next <= before)
            next = before + 1;
    } while (!atomic_compare_exchange_weak(&last, &before, next));
    return next;
}

void db_changed(struct store *store, int64_t build)
{
    pthread_rwlock_rdlock(&store->changed_lock);
    if (store->changed)
        store->changed(store->changed_ctx, build);
    pthread_rwlock_unlock(&store->changed_lock);
}
