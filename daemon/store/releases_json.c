/* Releases and channels as the API shows them. */
#include <errno.h>
#include <string.h>

#include "store/db.h"

#define COLUMNS                                                                           \
    "SELECT id, target, version, build, name, sha256, size, created, bypass, revoked, "   \
    "reason, (SELECT group_concat(channel) FROM channels WHERE channels.release = r.id) " \
    "FROM releases r LEFT JOIN revocations v ON v.release = r.id "

/* ["dev", "nightly"] of "dev,nightly": a channel's name holds no comma. */
static json_t *channels(const char *joined)
{
    json_t *list = json_array();

    while (*joined) {
        size_t len = strcspn(joined, ",");

        json_array_append_new(list, json_stringn(joined, len));
        joined += len + (joined[len] == ',');
    }
    return list;
}

static json_t *row_json(sqlite3_stmt *stmt)
{
    json_t *revoked = json_null();

    if (sqlite3_column_int64(stmt, 9))
        revoked =
            json_pack("{s:o, s:o}", "reason", db_json_text(stmt, 10), "at", db_json_time(stmt, 9));
    return json_pack(
        "{s:I, s:o, s:o, s:I, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "id",
        (json_int_t)sqlite3_column_int64(stmt, 0), "target", db_json_text(stmt, 1), "version",
        db_json_text(stmt, 2), "build", (json_int_t)sqlite3_column_int64(stmt, 3), "name",
        db_json_text(stmt, 4), "sha256", db_json_text(stmt, 5), "size",
        (json_int_t)sqlite3_column_int64(stmt, 6), "created", db_json_time(stmt, 7), "channels",
        channels(db_text(stmt, 11)), "bypass", db_json_text(stmt, 8), "revoked", revoked, "url",
        json_sprintf("/r/%s/%s", db_text(stmt, 5), db_text(stmt, 4)));
}

int store_release_json(struct store *store, int64_t id, json_t **ret, struct assay_error *err)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    json_t *json;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, "read the release", err, COLUMNS "WHERE r.id = ?", "i", id);
    if (r == 0)
        r = db_step(store, stmt, "read the release", err);
    if (r < 0)
        return r;
    if (r == 0)
        return assay_error_set(err, ENOENT, "there is no release %lld", (long long)id);
    json = row_json(stmt);
    if (!json)
        return assay_error_set(err, EBADMSG, "the record of release %lld is damaged",
                               (long long)id);
    *ret = json;
    return 0;
}

int store_releases_json(struct store *store, const char *target, int limit, json_t **ret,
                        struct assay_error *err)
{
    static const char doing[] = "list the releases";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    _cleanup_json_ json_t *list = json_array();
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   COLUMNS "WHERE (?1 IS NULL OR target = ?1) ORDER BY r.id DESC LIMIT ?2", "si",
                   target, (int64_t)limit);
    while (r >= 0 && (r = db_step(store, stmt, doing, err)) == 1) {
        json_t *json = row_json(stmt);

        /* A damaged row (a URL that is no UTF-8) must not hide the others. */
        if (json)
            json_array_append_new(list, json);
    }
    if (r < 0)
        return r;
    *ret = ASSAY_TAKE(list);
    return 0;
}

int store_channels_json(struct store *store, const char *target, json_t **ret,
                        struct assay_error *err)
{
    static const char doing[] = "list the channels";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    _cleanup_json_ json_t *object = json_object();
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "SELECT channel, release, version, serial, updated FROM channels"
                   " JOIN releases ON releases.id = release"
                   " WHERE channels.target = ? ORDER BY channel",
                   "s", target);
    while (r >= 0 && (r = db_step(store, stmt, doing, err)) == 1)
        json_object_set_new(
            object, db_text(stmt, 0),
            json_pack("{s:I, s:o, s:I, s:o}", "release", (json_int_t)sqlite3_column_int64(stmt, 1),
                      "version", db_json_text(stmt, 2), "serial",
                      (json_int_t)sqlite3_column_int64(stmt, 3), "updated", db_json_time(stmt, 4)));
    if (r < 0)
        return r;
    *ret = ASSAY_TAKE(object);
    return 0;
}
