/* Builds and their reports as the API shows them. */
#include <errno.h>
#include <string.h>

#include "store/db.h"

#define COLUMNS                                                                              \
    "SELECT id, target, state, stage_started, version, created, started, finished, "         \
    "requested_by, bypass, attempt, failure_kind, failure_message, verdict, artifact_name, " \
    "artifact_sha256, artifact_size, release, revision FROM builds "

static json_t *failure(sqlite3_stmt *stmt)
{
    if (!*db_text(stmt, 11))
        return json_null();
    return json_pack("{s:o, s:o}", "kind", db_json_text(stmt, 11), "message",
                     db_json_text(stmt, 12));
}

static json_t *artifact(sqlite3_stmt *stmt)
{
    if (!*db_text(stmt, 15))
        return json_null();
    return json_pack("{s:o, s:o, s:I}", "name", db_json_text(stmt, 14), "sha256",
                     db_json_text(stmt, 15), "size", (json_int_t)sqlite3_column_int64(stmt, 16));
}

static json_t *progress(const struct progress *now, enum build_state stage)
{
    _cleanup_json_ json_t *json = NULL;

    if (!now)
        return json_null();
    json = json_pack("{s:s, s:o, s:I, s:I}", "stage", build_state_name(stage), "text",
                     assay_json_foreign_string(now->text, strlen(now->text)), "done",
                     (json_int_t)now->done, "total", (json_int_t)now->total);
    if (json && stage == BUILD_AUDITING &&
        (json_object_set_new(json, "entries", json_integer((json_int_t)now->entries)) < 0 ||
         json_object_set(json, "path", json_object_get(json, "text")) < 0))
        return NULL;
    return ASSAY_TAKE(json);
}

/* A record that a disk fault or a foreign hand has damaged is shown as such: it must not hide the
 * others. */
static json_t *damaged(sqlite3_stmt *stmt)
{
    json_t *message = json_sprintf("the record of this build is damaged (its state is '%.40s'); "
                                   "restore the database from a backup",
                                   db_text(stmt, 2));

    return json_pack("{s:s, s:o}", "kind", "infrastructure", "message",
                     message ? message : json_null());
}

static json_t *row_json(struct store *store, sqlite3_stmt *stmt)
{
    int64_t id = sqlite3_column_int64(stmt, 0), release = sqlite3_column_int64(stmt, 17);
    int64_t revision = sqlite3_column_int64(stmt, 18);
    struct progress now;
    enum build_state state;
    bool sound = build_state_parse(db_text(stmt, 2), &state) == 0;
    bool moving = sound && !build_state_final(state) && progress_get(store, id, &now);

    if (moving && now.revision > revision)
        revision = now.revision;
    return json_pack(
        "{s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:I}",
        "id", (json_int_t)id, "target", db_json_text(stmt, 1), "state",
        sound ? build_state_name(state) : "failed", "stage_started", db_json_time(stmt, 3),
        "version", db_json_text(stmt, 4), "created", db_json_time(stmt, 5), "started",
        db_json_time(stmt, 6), "finished", db_json_time(stmt, 7), "requested_by",
        db_json_text(stmt, 8), "bypass", db_json_text(stmt, 9), "attempt",
        sqlite3_column_int(stmt, 10), "failure", sound ? failure(stmt) : damaged(stmt), "verdict",
        db_json_text(stmt, 13), "artifact", artifact(stmt), "release",
        release ? json_integer(release) : json_null(), "progress",
        progress(moving ? &now : NULL, moving ? state : BUILD_QUEUED), "revision",
        (json_int_t)revision);
}

int store_build_json(struct store *store, int64_t id, json_t **ret, struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    json_t *json;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, "read the build", err, COLUMNS "WHERE id = ?", "i", id);
    if (r == 0)
        r = db_step(store, stmt, "read the build", err);
    if (r < 0)
        return r;
    if (r == 0)
        return assay_error_set(err, ENOENT, "there is no build %lld", (long long)id);
    json = row_json(store, stmt);
    if (!json)
        return assay_error_set(err, ENOMEM, "cannot show build %lld: out of memory", (long long)id);
    *ret = json;
    return 0;
}

int store_builds_json(struct store *store, const char *target, const char *state, int64_t before,
                      int limit, json_t **ret, struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    _cleanup_json_ json_t *list = json_array();
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, "list the builds", err,
                   COLUMNS "WHERE (?1 IS NULL OR target = ?1) AND (?2 IS NULL OR state = ?2)"
                           " AND (?3 = 0 OR id < ?3) ORDER BY id DESC LIMIT ?4",
                   "ssii", target, state, before, (int64_t)limit);
    while (r >= 0 && (r = db_step(store, stmt, "list the builds", err)) == 1)
        if (json_array_append_new(list, row_json(store, stmt)) < 0)
            r = assay_error_set(err, ENOMEM, "cannot list the builds: out of memory");
    if (r < 0)
        return r;
    *ret = ASSAY_TAKE(list);
    return 0;
}

static int put_locked(struct store *store, int64_t build, const char *text, const char *verdict,
                      struct assay_error *err)
{
    static const char doing[] = "keep the report";
    _cleanup_stmt_ sqlite3_stmt *report = NULL, *row = NULL;
    int r;

    DB_LOCKED(store);
    r = db_begin(store, doing, err);
    if (r < 0)
        return r;
    r = db_prepare(store, &report, doing, err,
                   "INSERT INTO reports (build, report) VALUES (?, ?)"
                   " ON CONFLICT (build) DO UPDATE SET report = excluded.report",
                   "is", build, text);
    if (r == 0)
        r = db_step(store, report, doing, err);
    if (r == 0)
        r = db_prepare(store, &row, doing, err,
                       "UPDATE builds SET revision = MAX(?1, revision + 1), verdict = ?2"
                       " WHERE id = ?3",
                       "isi", db_revision(), verdict, build);
    if (r == 0)
        r = db_step(store, row, doing, err);
    if (r == 0)
        return db_commit(store, doing, err);
    db_rollback(store);
    return r;
}

int store_report_put(struct store *store, int64_t build, const json_t *report,
                     struct assay_error *err)
{
    _cleanup_free_ char *text = json_dumps(report, JSON_COMPACT);
    int r;

    if (!text)
        return assay_error_set(err, ENOMEM, "cannot keep the report: out of memory");
    r = put_locked(store, build, text, assay_json_string(report, "verdict", ""), err);
    if (r == 0)
        db_changed(store, build);
    return r;
}

int store_report_get(struct store *store, int64_t build, json_t **ret, struct assay_error *err)
{
    static const char doing[] = "read the report";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    char where[64];
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err, "SELECT report FROM reports WHERE build = ?", "i",
                   build);
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r < 0)
        return r;
    if (r == 0)
        return assay_error_set(
            err, ENOENT,
            "build %lld has no report: it was not audited (yet); its state and its "
            "log (assay log %lld) say why",
            (long long)build, (long long)build);
    snprintf(where, sizeof(where), "the report of build %lld", (long long)build);
    return assay_json_parse(db_text(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), where, ret,
                            err);
}
