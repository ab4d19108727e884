/* Releases and the channels that point to them. */
#include <errno.h>
#include <string.h>

#include <assay/clock.h>

#include "store/channels.h"

#define COLUMNS                                                        \
    "id, build, target, version, name, sha256, size, created, bypass," \
    " (SELECT reason FROM revocations WHERE revocations.release = releases.id)"

static void read_release(sqlite3_stmt *stmt, struct release *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->id = sqlite3_column_int64(stmt, 0);
    ret->build = sqlite3_column_int64(stmt, 1);
    db_copy(stmt, 2, ret->target, sizeof(ret->target));
    db_copy(stmt, 3, ret->version, sizeof(ret->version));
    db_copy(stmt, 4, ret->name, sizeof(ret->name));
    db_copy(stmt, 5, ret->sha256, sizeof(ret->sha256));
    ret->size = sqlite3_column_int64(stmt, 6);
    ret->created = sqlite3_column_int64(stmt, 7);
    db_copy(stmt, 8, ret->bypass, sizeof(ret->bypass));
    db_copy(stmt, 9, ret->revoked, sizeof(ret->revoked));
}

/* Steps a statement that gives COLUMNS once. */
static int one_release(struct store *store, sqlite3_stmt *stmt, struct release *ret,
                       struct assay_error *err)
{
    int r = db_step(store, stmt, "read the release", err);

    if (r == 0)
        return assay_error_set(err, ENOENT, "there is no such release");
    if (r < 0)
        return r;
    read_release(stmt, ret);
    return 0;
}

int store_release_find(struct store *store, const char *sha256, struct release *ret,
                       struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, "read the release", err,
                   "SELECT " COLUMNS " FROM releases WHERE sha256 = ? ORDER BY id DESC LIMIT 1",
                   "s", sha256);
    return r < 0 ? r : one_release(store, stmt, ret, err);
}

int store_release_file(struct store *store, const char *sha256, const char *file,
                       struct release *ret, struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, "read the release", err,
                   "SELECT " COLUMNS " FROM releases WHERE sha256 = ?1"
                   " AND (name = ?2 OR substr(?2, 1, length(name) + 1) = name || '.')"
                   " ORDER BY length(name) DESC, id IN (SELECT release FROM revocations), id DESC"
                   " LIMIT 1",
                   "ss", sha256, file);
    return r < 0 ? r : one_release(store, stmt, ret, err);
}

int store_release_channel(struct store *store, const char *target, const char *channel,
                          struct release *ret, struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, "read the channel", err,
                   "SELECT " COLUMNS " FROM releases WHERE id ="
                   " (SELECT release FROM channels WHERE target = ? AND channel = ?)",
                   "ss", target, channel);
    r = r < 0 ? r : one_release(store, stmt, ret, err);
    if (r == -ENOENT)
        return assay_error_set(err, ENOENT, "nothing has been published for %s in the channel %s",
                               target, channel);
    return r;
}

/* ---- publishing ---- */

/* What was revoked does not come back because it was built once more. */
static int check_not_revoked(struct store *store, const struct build *build,
                             struct assay_error *err)
{
    static const char doing[] = "look for a revocation";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "SELECT id, reason FROM releases JOIN revocations ON release = id"
                       " WHERE sha256 = ? AND target = ? ORDER BY id DESC LIMIT 1",
                       "ss", build->artifact_sha256, build->target);

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 1)
        return assay_error_set(err, EPERM,
                               "it is byte for byte release %lld, which was revoked: %s",
                               (long long)sqlite3_column_int64(stmt, 0), db_text(stmt, 1));
    return r;
}

/* The release of this very artifact for this target, or a new one. An image that came out byte for
 * byte as before is no new release: its evidence stands. */
static int insert_release(struct store *store, const struct build *build, int64_t *ret_id,
                          struct assay_error *err)
{
    static const char doing[] = "write the release";
    _cleanup_stmt_ sqlite3_stmt *old = NULL, *new = NULL;
    int r = db_prepare(store, &old, doing, err,
                       "SELECT id FROM releases WHERE sha256 = ? AND target = ? AND name = ?"
                       " AND (bypass = '') = (? = '')"
                       " ORDER BY id DESC LIMIT 1",
                       "ssss", build->artifact_sha256, build->target, build->artifact_name,
                       build->bypass);

    if (r == 0)
        r = db_step(store, old, doing, err);
    if (r == 1)
        *ret_id = sqlite3_column_int64(old, 0);
    if (r != 0)
        return r < 0 ? r : 0;
    r = db_prepare(store, &new, doing, err,
                   "INSERT INTO releases (build, target, version, name, sha256, size, bypass,"
                   " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   "issssisi", build->id, build->target, build->version, build->artifact_name,
                   build->artifact_sha256, build->artifact_size, build->bypass, assay_clock_unix());
    if (r == 0)
        r = db_step(store, new, doing, err);
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

static int finish_build(struct store *store, const struct build *build, int64_t release,
                        struct assay_error *err)
{
    static const char doing[] = "finish the build";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r =
        db_prepare(store, &stmt, doing, err,
                   "UPDATE builds SET revision = MAX(?1, revision + 1), state = 'published',"
                   " release = ?2, finished = ?3, stage_started = ?3, lease = ''"
                   " WHERE id = ?4 AND lease = ?5 AND lease <> '' AND state = 'signing'",
                   "iiiis", db_revision(), release, assay_clock_unix(), build->id, build->lease);

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 0 && sqlite3_changes(store->db) == 0)
        return assay_error_set(err, ESTALE, "build %lld was canceled or taken over",
                               (long long)build->id);
    return r;
}

static int publish_locked(struct store *store, const struct build *build, const char *channel,
                          int64_t *ret_id, struct assay_error *err)
{
    static const char doing[] = "publish the release";
    int r;

    DB_LOCKED(store);
    r = db_begin(store, doing, err);
    if (r < 0)
        return r;
    r = check_not_revoked(store, build, err);
    if (r == 0)
        r = insert_release(store, build, ret_id, err);
    if (r == 0)
        r = channels_flip(store,
                          &(struct channel_act){build->target, channel, "publish",
                                                build->requested_by, build->bypass},
                          *ret_id, err);
    if (r == 0)
        r = finish_build(store, build, *ret_id, err);
    if (r == 0)
        return db_commit(store, doing, err);
    db_rollback(store);
    return r;
}

int store_release_publish(struct store *store, struct build *build, const char *channel,
                          int64_t *ret_id, struct assay_error *err)
{
    int64_t id = 0;
    int r = publish_locked(store, build, channel, &id, err);

    if (r < 0)
        return r;
    build->state = BUILD_PUBLISHED;
    build->release = *ret_id = id;
    progress_clear(store, build->id);
    db_changed(store, build->id);
    return 0;
}
