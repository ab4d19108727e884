/* Findings that a person accepted until a day. */
#include <errno.h>
#include <string.h>

#include <assay/clock.h>

#include "store/db.h"

/* A waiver for what was never found would stand there as if it did something. */
static int check_known(struct store *store, const char *fingerprint, struct assay_error *err)
{
    static const char doing[] = "look for the finding";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r =
        db_prepare(store, &stmt, doing, err,
                   "SELECT 1 FROM reports WHERE instr(report, ?) > 0 LIMIT 1", "s", fingerprint);

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 0)
        return assay_error_set(err, ENOENT,
                               "no report has a finding with the fingerprint %s; copy it from the "
                               "report of the build that was rejected",
                               fingerprint);
    return r < 0 ? r : 0;
}

int store_waiver_put(struct store *store, const char *fingerprint, const char *target,
                     const char *reason, const char *by, const char *expires,
                     struct assay_error *err)
{
    static const char doing[] = "keep the waiver";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = check_known(store, fingerprint, err);
    if (r == 0)
        r = db_prepare(store, &stmt, doing, err,
                       "INSERT OR REPLACE INTO waivers"
                       " (fingerprint, target, reason, by, expires, created)"
                       " VALUES (?, ?, ?, ?, ?, ?)",
                       "sssssi", fingerprint, target, reason, by, expires, assay_clock_unix());
    return r < 0 ? r : db_step(store, stmt, doing, err);
}

int store_waiver_remove(struct store *store, const char *fingerprint, const char *target,
                        struct assay_error *err)
{
    static const char doing[] = "remove the waiver";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "DELETE FROM waivers WHERE fingerprint = ? AND target = ?", "ss", fingerprint,
                   target);
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 0 && sqlite3_changes(store->db) == 0)
        return assay_error_set(err, ENOENT, "there is no waiver for the finding %s%s%s",
                               fingerprint, *target ? " of " : "", target);
    return r;
}

static json_t *waiver_json(sqlite3_stmt *stmt, const char *today)
{
    const char *target = db_text(stmt, 1), *expires = db_text(stmt, 4);

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "fingerprint", db_json_text(stmt, 0),
                     "target", *target ? db_json_text(stmt, 1) : json_null(), "reason",
                     db_json_text(stmt, 2), "by", db_json_text(stmt, 3), "expires",
                     db_json_text(stmt, 4), "created", db_json_time(stmt, 5), "expired",
                     strncmp(expires, today, 10) < 0);
}

int store_waivers_json(struct store *store, const char *target, json_t **ret,
                       struct assay_error *err)
{
    static const char doing[] = "list the waivers";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    _cleanup_json_ json_t *list = json_array();
    char today[ASSAY_CLOCK_ISO];
    int r;

    assay_clock_iso(assay_clock_unix(), today);
    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "SELECT fingerprint, target, reason, by, expires, created FROM waivers"
                   " WHERE ?1 = '' OR target IN ('', ?1) ORDER BY created DESC, fingerprint",
                   "s", target ? target : "");
    while (r >= 0 && (r = db_step(store, stmt, doing, err)) == 1)
        json_array_append_new(list, waiver_json(stmt, today));
    if (r < 0)
        return r;
    *ret = ASSAY_TAKE(list);
    return 0;
}
