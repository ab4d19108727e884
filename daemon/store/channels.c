/* What people do with releases after they are published: promote, roll back, revoke. Every act is
 * written down with who did it and why. */
#include <errno.h>
#include <string.h>

#include <assay/clock.h>

#include "store/channels.h"

static int note(struct store *store, const struct channel_act *act, int64_t release,
                struct assay_error *err)
{
    static const char doing[] = "note what was done";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "INSERT INTO channel_acts (target, channel, release, act, by, reason, at)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?)",
                       "ssisssi", act->target, act->channel, release, act->act, act->by,
                       act->reason, assay_clock_unix());

    return r < 0 ? r : db_step(store, stmt, doing, err);
}

int channels_flip(struct store *store, const struct channel_act *act, int64_t release,
                  struct assay_error *err)
{
    static const char doing[] = "flip the channel";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "INSERT INTO channels (target, channel, release, serial, updated)"
                       " VALUES (?, ?, ?, 1, ?) ON CONFLICT (target, channel) DO UPDATE SET"
                       " release = excluded.release, serial = serial + 1,"
                       " updated = excluded.updated",
                       "ssii", act->target, act->channel, release, assay_clock_unix());

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    return r < 0 ? r : note(store, act, release, err);
}

/* What a release is, as far as channels go. */
struct facts {
    char target[64];
    bool bypassed, revoked;
};

static int read_facts(struct store *store, int64_t release, struct facts *ret,
                      struct assay_error *err)
{
    static const char doing[] = "read the release";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "SELECT target, bypass <> '', id IN (SELECT release FROM revocations)"
                       " FROM releases WHERE id = ?",
                       "i", release);

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 0)
        return assay_error_set(err, ENOENT, "there is no release %lld", (long long)release);
    if (r < 0)
        return r;
    db_copy(stmt, 0, ret->target, sizeof(ret->target));
    ret->bypassed = sqlite3_column_int(stmt, 1);
    ret->revoked = sqlite3_column_int(stmt, 2);
    return 0;
}

/* Whether the release may stand in the channel. */
static int check_fit(const struct channel_act *act, const struct facts *facts, int64_t release,
                     struct assay_error *err)
{
    if (strcmp(facts->target, act->target) != 0)
        return assay_error_set(err, EINVAL, "release %lld is one of %s, not of %s",
                               (long long)release, facts->target, act->target);
    if (facts->revoked)
        return assay_error_set(err, EINVAL, "release %lld was revoked; promote another one",
                               (long long)release);
    if (facts->bypassed && strcmp(act->channel, "dev") != 0)
        return assay_error_set(err, EINVAL,
                               "release %lld bypassed its audit and can stand in the channel dev "
                               "only; build it again without --bypass",
                               (long long)release);
    return 0;
}

/* The release that the channel points to now; 0: none. */
static int current(struct store *store, const struct channel_act *act, int64_t *ret,
                   struct assay_error *err)
{
    static const char doing[] = "read the channel";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "SELECT release FROM channels WHERE target = ? AND channel = ?", "ss",
                       act->target, act->channel);

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    *ret = r > 0 ? sqlite3_column_int64(stmt, 0) : 0;
    return r < 0 ? r : 0;
}

/* The one that the channel pointed to before, and that is still fit to be used. */
static int previous(struct store *store, const struct channel_act *act, int64_t now, int64_t *ret,
                    struct assay_error *err)
{
    static const char doing[] = "look for the release before";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "SELECT release FROM channel_acts WHERE target = ?1 AND channel = ?2"
                       " AND release < ?3 AND act <> 'revoke'"
                       " AND release NOT IN (SELECT release FROM revocations)"
                       " ORDER BY release DESC LIMIT 1",
                       "ssi", act->target, act->channel, now > 0 ? now : INT64_MAX);

    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 0)
        return assay_error_set(err, ENOENT,
                               "no earlier release that is not revoked has stood in the channel "
                               "%s of %s",
                               act->channel, act->target);
    if (r < 0)
        return r;
    *ret = sqlite3_column_int64(stmt, 0);
    return 0;
}

static int promote(struct store *store, const struct channel_act *act, int64_t release,
                   struct assay_error *err)
{
    struct facts facts;
    int64_t now;
    int r = read_facts(store, release, &facts, err);

    if (r == 0)
        r = check_fit(act, &facts, release, err);
    if (r == 0)
        r = current(store, act, &now, err);
    if (r == 0 && now == release)
        return assay_error_set(err, EALREADY, "the channel %s of %s points to release %lld already",
                               act->channel, act->target, (long long)release);
    return r < 0 ? r : channels_flip(store, act, release, err);
}

int store_channel_set(struct store *store, const struct channel_act *act, int64_t release,
                      int64_t *ret, struct assay_error *err)
{
    static const char doing[] = "set the channel";
    int64_t now;
    int r;

    DB_LOCKED(store);
    r = db_begin(store, doing, err);
    if (r < 0)
        return r;
    if (release == 0) {
        r = current(store, act, &now, err);
        if (r == 0)
            r = previous(store, act, now, &release, err);
    }
    if (r == 0)
        r = promote(store, act, release, err);
    if (r == 0)
        r = db_commit(store, doing, err);
    else
        db_rollback(store);
    if (r == 0)
        *ret = release;
    return r;
}

/* Takes it out of the channels; each serial rises, so that nobody goes on with an old answer. */
static int leave_channels(struct store *store, int64_t release, struct assay_error *err)
{
    static const char doing[] = "take the release out of its channels";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r = db_prepare(store, &stmt, doing, err,
                       "UPDATE channels SET release = NULL, serial = serial + 1, updated = ?"
                       " WHERE release = ?",
                       "ii", assay_clock_unix(), release);

    return r < 0 ? r : db_step(store, stmt, doing, err);
}

static int revoke_locked(struct store *store, int64_t release, const char *by, const char *reason,
                         struct assay_error *err)
{
    static const char doing[] = "revoke the release";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    struct facts facts;
    int r = read_facts(store, release, &facts, err);

    if (r == 0 && facts.revoked)
        return assay_error_set(err, EALREADY, "release %lld was revoked before",
                               (long long)release);
    if (r == 0)
        r = db_prepare(store, &stmt, doing, err,
                       "INSERT INTO revocations (release, reason, revoked, by)"
                       " VALUES (?, ?, ?, ?)",
                       "isis", release, reason, assay_clock_unix(), by);
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 0)
        r = note(store, &(struct channel_act){facts.target, "", "revoke", by, reason}, release,
                 err);
    return r < 0 ? r : leave_channels(store, release, err);
}

int store_release_revoke(struct store *store, int64_t release, const char *by, const char *reason,
                         struct assay_error *err)
{
    static const char doing[] = "revoke the release";
    int r;

    DB_LOCKED(store);
    r = db_begin(store, doing, err);
    if (r < 0)
        return r;
    r = revoke_locked(store, release, by, reason, err);
    if (r == 0)
        return db_commit(store, doing, err);
    db_rollback(store);
    return r;
}

int store_channel_history(struct store *store, const char *target, const char *channel, int limit,
                          json_t **ret, struct assay_error *err)
{
    static const char doing[] = "list what was done";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    _cleanup_json_ json_t *list = json_array();
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "SELECT act, release, version, by, reason, at FROM channel_acts a"
                   " JOIN releases ON releases.id = release"
                   " WHERE a.target = ?1 AND (channel = ?2 OR (act = 'revoke' AND release IN"
                   " (SELECT release FROM channel_acts WHERE target = ?1 AND channel = ?2)))"
                   " ORDER BY a.id DESC LIMIT ?3",
                   "ssi", target, channel, (int64_t)limit);
    while (r >= 0 && (r = db_step(store, stmt, doing, err)) == 1)
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:o, s:o, s:o, s:o}", "act", db_json_text(stmt, 0),
                            "release", (json_int_t)sqlite3_column_int64(stmt, 1), "version",
                            db_json_text(stmt, 2), "by", db_json_text(stmt, 3), "reason",
                            db_json_text(stmt, 4), "at", db_json_time(stmt, 5)));
    if (r < 0)
        return r;
    *ret = ASSAY_TAKE(list);
    return 0;
}
