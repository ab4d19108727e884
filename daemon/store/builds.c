/* Builds: queued, claimed, moved from state to state, ended. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <assay/clock.h>
#include <assay/encode.h>

#include "store/db.h"

static const char *const state_names[] = {
    [BUILD_QUEUED] = "queued",     [BUILD_BUILDING] = "building", [BUILD_ASSEMBLING] = "assembling",
    [BUILD_AUDITING] = "auditing", [BUILD_SIGNING] = "signing",   [BUILD_PUBLISHED] = "published",
    [BUILD_REJECTED] = "rejected", [BUILD_FAILED] = "failed",     [BUILD_CANCELED] = "canceled",
};

#define UNFINISHED "state IN ('queued', 'building', 'assembling', 'auditing', 'signing')"
#define REVISION "revision = MAX(?1, revision + 1)"
#define COLUMNS                                                                           \
    "id, target, state, attempt, lease, bypass, requested_by, version, out_path, "        \
    "artifact_name, artifact_sha256, artifact_blake2b, artifact_size, release, created, " \
    "started, finished, recovered"

const char *build_state_name(enum build_state state)
{
    return state_names[state];
}

int build_state_parse(const char *name, enum build_state *ret)
{
    for (size_t i = 0; i < sizeof(state_names) / sizeof(*state_names); i++) {
        if (strcmp(name, state_names[i]) == 0) {
            *ret = (enum build_state)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool build_state_final(enum build_state state)
{
    return state >= BUILD_PUBLISHED;
}

static int read_build(sqlite3_stmt *stmt, struct build *ret, struct assay_error *err)
{
    struct build build = {.id = sqlite3_column_int64(stmt, 0)};

    if (build_state_parse(db_text(stmt, 2), &build.state) < 0)
        return assay_error_set(err, EBADMSG,
                               "the record of build %lld is damaged: its state is '%s'",
                               (long long)build.id, db_text(stmt, 2));
    db_copy(stmt, 1, build.target, sizeof(build.target));
    build.attempt = sqlite3_column_int(stmt, 3);
    db_copy(stmt, 4, build.lease, sizeof(build.lease));
    db_copy(stmt, 5, build.bypass, sizeof(build.bypass));
    db_copy(stmt, 6, build.requested_by, sizeof(build.requested_by));
    db_copy(stmt, 7, build.version, sizeof(build.version));
    db_copy(stmt, 8, build.out_path, sizeof(build.out_path));
    db_copy(stmt, 9, build.artifact_name, sizeof(build.artifact_name));
    db_copy(stmt, 10, build.artifact_sha256, sizeof(build.artifact_sha256));
    db_copy(stmt, 11, build.artifact_blake2b, sizeof(build.artifact_blake2b));
    build.artifact_size = sqlite3_column_int64(stmt, 12);
    build.release = sqlite3_column_int64(stmt, 13);
    build.created = sqlite3_column_int64(stmt, 14);
    build.started = sqlite3_column_int64(stmt, 15);
    build.finished = sqlite3_column_int64(stmt, 16);
    build.recovered = sqlite3_column_int(stmt, 17);
    *ret = build;
    return 0;
}

/* The id of the build that `requested_by` started with this key; 1, or 0 when there is none. */
static int find_key(struct store *store, const char *requested_by, const char *key, int64_t *ret_id,
                    struct assay_error *err)
{
    static const char doing[] = "look for the idempotency key";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "SELECT id FROM builds WHERE requested_by = ? AND idempotency_key = ?", "ss",
                       requested_by, key);

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 1)
        *ret_id = sqlite3_column_int64(stmt, 0);
    return r;
}

static int create_locked(struct store *store, const char *target, const char *requested_by,
                         const char *bypass, const char *key, int64_t *ret_id, bool *ret_new,
                         struct assay_error *err)
{
    static const char doing[] = "queue the build";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = key ? find_key(store, requested_by, key, ret_id, err) : 0;
    if (r != 0) {
        *ret_new = false;
        return r < 0 ? r : 0;
    }
    r = db_prepare(store, &stmt, doing, err,
                   "INSERT INTO builds (target, requested_by, bypass, idempotency_key, created,"
                   " revision) VALUES (?, ?, ?, ?, ?, ?)",
                   "ssssii", target, requested_by, bypass ? bypass : "", key, assay_clock_unix(),
                   db_revision());
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r < 0)
        return r;
    *ret_id = sqlite3_last_insert_rowid(store->db);
    *ret_new = true;
    return 0;
}

int store_build_create(struct store *store, const char *target, const char *requested_by,
                       const char *bypass, const char *idempotency_key, int64_t *ret_id,
                       bool *ret_new, struct assay_error *err)
{
    int r =
        create_locked(store, target, requested_by, bypass, idempotency_key, ret_id, ret_new, err);

    if (r == 0 && *ret_new)
        db_changed(store, *ret_id);
    return r;
}

int store_build_get(struct store *store, int64_t id, struct build *ret, struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, "read the build", err,
                   "SELECT " COLUMNS " FROM builds WHERE id = ?", "i", id);
    if (r == 0)
        r = db_step(store, stmt, "read the build", err);
    if (r < 0)
        return r;
    if (r == 0)
        return assay_error_set(err, ENOENT, "there is no build %lld", (long long)id);
    return read_build(stmt, ret, err);
}

static int claim_locked(struct store *store, struct build *ret, struct assay_error *err)
{
    static const char doing[] = "take a build from the queue";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    uint8_t random[16];
    char lease[33];
    int r;

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return assay_error_set(err, EIO, "cannot %s: no random bytes", doing);
    assay_hex_encode(random, sizeof(random), lease);
    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "UPDATE builds SET " REVISION ", lease = ?2,"
                   " started = CASE started WHEN 0 THEN ?3 ELSE started END, stage_started = ?3"
                   " WHERE id = (SELECT id FROM builds WHERE lease = '' AND " UNFINISHED
                   "             ORDER BY id LIMIT 1)"
                   " RETURNING " COLUMNS,
                   "isi", db_revision(), lease, assay_clock_unix());
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r <= 0)
        return r;
    r = read_build(stmt, ret, err);
    /* Only the last step commits. */
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    return r < 0 ? r : 1;
}

int store_build_claim(struct store *store, struct build *ret, struct assay_error *err)
{
    int r = claim_locked(store, ret, err);

    if (r == 1)
        db_changed(store, ret->id);
    return r;
}

static int fenced(struct store *store, sqlite3_stmt *stmt, const struct build *build,
                  const char *doing, struct assay_error *err)
{
    int r = db_step(store, stmt, doing, err);

    if (r == 0 && sqlite3_changes(store->db) == 0)
        return assay_error_set(err, ESTALE, "build %lld was canceled or taken over",
                               (long long)build->id);
    return r;
}

static int advance_locked(struct store *store, const struct build *build, enum build_state next,
                          struct assay_error *err)
{
    static const char doing[] = "write down how far the build is";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int64_t now = assay_clock_unix(), final = build_state_final(next);
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "UPDATE builds SET " REVISION ", state = ?2, attempt = ?3, version = ?4,"
                   " out_path = ?5, artifact_name = ?6, artifact_sha256 = ?7,"
                   " artifact_blake2b = ?8, artifact_size = ?9, stage_started = ?10,"
                   " finished = CASE ?11 WHEN 1 THEN ?10 ELSE 0 END,"
                   " lease = CASE ?11 WHEN 1 THEN '' ELSE lease END"
                   " WHERE id = ?12 AND lease = ?13 AND lease <> '' AND state = ?14",
                   "isisssssiiiiss", db_revision(), state_names[next], (int64_t)build->attempt,
                   build->version, build->out_path, build->artifact_name, build->artifact_sha256,
                   build->artifact_blake2b, build->artifact_size, now, final, build->id,
                   build->lease, state_names[build->state]);
    return r < 0 ? r : fenced(store, stmt, build, doing, err);
}

int store_build_advance(struct store *store, struct build *build, enum build_state next,
                        struct assay_error *err)
{
    int r = advance_locked(store, build, next, err);

    if (r < 0)
        return r;
    build->state = next;
    progress_clear(store, build->id);
    db_changed(store, build->id);
    return 0;
}

static int fail_locked(struct store *store, const struct build *build, const char *kind,
                       const char *message, struct assay_error *err)
{
    static const char doing[] = "write down that the build failed";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "UPDATE builds SET " REVISION ", state = 'failed', lease = '', finished = ?2,"
                   " failure_kind = ?3, failure_message = ?4"
                   " WHERE id = ?5 AND lease = ?6 AND lease <> '' AND state = ?7",
                   "iississ", db_revision(), assay_clock_unix(), kind, message, build->id,
                   build->lease, state_names[build->state]);
    return r < 0 ? r : fenced(store, stmt, build, doing, err);
}

int store_build_fail(struct store *store, struct build *build, const char *kind,
                     const char *message, struct assay_error *err)
{
    int r = fail_locked(store, build, kind, message, err);

    if (r < 0)
        return r;
    build->state = BUILD_FAILED;
    progress_clear(store, build->id);
    db_changed(store, build->id);
    return 0;
}

static int cancel_locked(struct store *store, int64_t id, struct assay_error *err)
{
    static const char doing[] = "cancel the build";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL, *look = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "UPDATE builds SET " REVISION ", state = 'canceled', lease = '', finished = ?2,"
                   " failure_kind = 'canceled', failure_message = 'canceled in stage ' || state"
                   " WHERE id = ?3 AND " UNFINISHED,
                   "iii", db_revision(), assay_clock_unix(), id);
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r < 0 || sqlite3_changes(store->db) > 0)
        return r;
    r = db_prepare(store, &look, doing, err, "SELECT state FROM builds WHERE id = ?", "i", id);
    if (r == 0)
        r = db_step(store, look, doing, err);
    if (r == 0)
        return assay_error_set(err, ENOENT, "there is no build %lld", (long long)id);
    return r < 0 ? r
                 : assay_error_set(err, EALREADY, "build %lld is %s already", (long long)id,
                                   db_text(look, 0));
}

int store_build_cancel(struct store *store, int64_t id, struct assay_error *err)
{
    int r = cancel_locked(store, id, err);

    if (r < 0)
        return r;
    progress_clear(store, id);
    db_changed(store, id);
    return 0;
}

bool store_build_canceled(struct store *store, int64_t id)
{
    struct build build;

    return store_build_get(store, id, &build, NULL) == 0 && build.state == BUILD_CANCELED;
}

int store_artifact_wanted(struct store *store, const char *sha256, int64_t except,
                          struct assay_error *err)
{
    static const char doing[] = "look who needs the artifact";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "SELECT 1 FROM releases WHERE sha256 = ?1 UNION ALL SELECT 1 FROM builds"
                   " WHERE artifact_sha256 = ?1 AND id <> ?2 AND " UNFINISHED
                   " UNION ALL SELECT 1 WHERE NOT EXISTS"
                   " (SELECT 1 FROM builds WHERE artifact_sha256 = ?1)",
                   "si", sha256, except);
    return r < 0 ? r : db_step(store, stmt, doing, err);
}

static int drop_leases(struct store *store, bool crashed, const char *doing,
                       struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "UPDATE builds SET " REVISION ", lease = '', recovered = recovered + ?2,"
                   " attempt = attempt + (state IN ('building', 'assembling'))"
                   " WHERE lease <> '' AND " UNFINISHED,
                   "ii", db_revision(), (int64_t)crashed);
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    return r < 0 ? r : sqlite3_changes(store->db);
}

int store_recover(struct store *store, struct assay_error *err)
{
    return drop_leases(store, true, "take up what was left unfinished", err);
}

int store_hand_back(struct store *store, struct assay_error *err)
{
    return drop_leases(store, false, "hand back what is unfinished", err);
}
