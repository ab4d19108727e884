/* The daemon's state: one interface in front of SQLite (WAL), so that another database can stand
 * behind it one day. Safe to call from any thread. Every write is one transaction; what it returns
 * has been committed.
 *
 * Times are seconds since 1970 UTC, 0 "not yet". Strings in rows are cut to their size; free text
 * from builds has been made printable. JSON given out is in the API's shape. */
#ifndef ASSAY_STORE_STORE_H
#define ASSAY_STORE_STORE_H

#include <assay/digest.h>
#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Opens (and creates or migrates) STATE_DIR/assay.db. Errors name the file and the mend: a
 * database of a newer version, a folder that cannot be written. */
int store_open(const char *state_dir, struct store **ret, struct assay_error *err);
struct store *store_close(struct store *store);

/* Called after each commit that changed a build or wrote progress, from the thread that did it,
 * with no lock held: how long polls are woken. `changed` NULL ends it; no call runs any more when
 * this returns. */
void store_on_change(struct store *store, void (*changed)(void *ctx, int64_t build), void *ctx);

/* ---- builds ---------------------------------------------------------------------------------
 * API shape: {"id": 12, "target": "minimal", "state": "auditing", "stage_started", "version",
 *  "created", "started", "finished" (RFC 3339 or null), "requested_by", "bypass": reason or null,
 *  "attempt": 1, "failure": {"kind", "message"} or null, "verdict": or null,
 *  "artifact": {"name", "sha256", "size"} or null, "release": id or null,
 *  "progress": {"stage", "text", "done", "total"} or null, "revision": rising number of changes}
 * While a build is auditing, its progress has "entries" (read so far) and "path" (the one that is
 * read, the same as "text") as well, and "done" and "total" are bytes. */

enum build_state {
    BUILD_QUEUED,
    BUILD_BUILDING,   /* nix build */
    BUILD_ASSEMBLING, /* the tarball builder's script; the artifact taken into staging */
    BUILD_AUDITING,
    BUILD_SIGNING,   /* signing and publishing */
    BUILD_PUBLISHED, /* this and those below are final */
    BUILD_REJECTED,
    BUILD_FAILED,
    BUILD_CANCELED,
};
#define BUILD_STATES (BUILD_CANCELED + 1)

const char *build_state_name(enum build_state state);
int build_state_parse(const char *name, enum build_state *ret);
bool build_state_final(enum build_state state);

struct build {
    int64_t id;
    char target[64];
    enum build_state state;
    int attempt;      /* 1 for the first */
    int recovered;    /* how often store_recover() has taken it up, in whichever state */
    char lease[33];   /* token of the runner that holds it, "" when none does */
    char bypass[512]; /* reason, "" when none */
    char requested_by[64];
    char version[64];   /* set when building starts: "2026.11.21-12" (date and build id) */
    char out_path[512]; /* store path that `nix build` gave, "" before that */
    char artifact_name[128];
    char artifact_sha256[65]; /* set by assembling */
    char artifact_blake2b[129];
    int64_t artifact_size;
    int64_t release; /* 0 none */
    int64_t created, started, finished;
};

/* Queues a build. With an `idempotency_key` (may be NULL) that was used before by the same
 * requester, gives the id of that build and *ret_new = false. */
int store_build_create(struct store *store, const char *target, const char *requested_by,
                       const char *bypass, const char *idempotency_key, int64_t *ret_id,
                       bool *ret_new, struct assay_error *err);

/* -ENOENT when there is no such build. */
int store_build_get(struct store *store, int64_t id, struct build *ret, struct assay_error *err);
int store_build_json(struct store *store, int64_t id, json_t **ret, struct assay_error *err);

/* Newest first; `target` and `state` may be NULL, `before` 0 or an id; `limit` 1 to 500. */
int store_builds_json(struct store *store, const char *target, const char *state, int64_t before,
                      int limit, json_t **ret, struct assay_error *err);

/* Takes the oldest build that is queued or whose lease was dropped, and leases it, in one
 * statement. Returns 1 with *ret, 0 when there is none. */
int store_build_claim(struct store *store, struct build *ret, struct assay_error *err);

/* Writes what a stage found out (version, out_path, artifact_*) and moves to `next`, only where
 * the build still holds `build->lease` and is still in `build->state`: -ESTALE otherwise (it was
 * canceled, or the lease is another's). On success build->state is `next`. */
int store_build_advance(struct store *store, struct build *build, enum build_state next,
                        struct assay_error *err);

/* Ends a build as failed: `kind` is "infrastructure", "build", "audit" or "sign". Fenced like
 * store_build_advance(). */
int store_build_fail(struct store *store, struct build *build, const char *kind,
                     const char *message, struct assay_error *err);

/* Marks it canceled whoever holds it; the runner finds out by its next fenced write or by
 * store_build_canceled(). -ENOENT; -EALREADY when it is in a final state. */
int store_build_cancel(struct store *store, int64_t id, struct assay_error *err);
bool store_build_canceled(struct store *store, int64_t id);

/* Whether the artifact with that digest is of use: 1 when a release has it or a build that has not
 * ended may publish it, other than `except` (0: none is left out); else 0. One that no build is
 * known to have made counts as wanted: a database that was lost or is an older copy must cost no
 * artifact. */
int store_artifact_wanted(struct store *store, const char *sha256, int64_t except,
                          struct assay_error *err);

/* Progress of the current stage; kept in memory only. `text` is what is being done, of an audit the
 * path; it is cut to 255 bytes. `total` 0: unknown. `entries`: of the artifact, shown for an audit
 * only. */
void store_build_progress(struct store *store, int64_t id, const char *text, uint64_t done,
                          uint64_t total, uint64_t entries);

/* The report, stored with the build (JSON, redacted by construction). */
int store_report_put(struct store *store, int64_t build, const json_t *report,
                     struct assay_error *err);
int store_report_get(struct store *store, int64_t build, json_t **ret, struct assay_error *err);

/* At start: drops every lease, so that what a crash left is claimed again, in the stage it had
 * reached. `building` and `assembling` count as a new attempt, with a log of its own. Returns how
 * many there were. */
int store_recover(struct store *store, struct assay_error *err);

/* At an orderly end, when nothing runs any more: the same, but what is handed back so does not
 * count as recovered, which is how a build that brings the daemon down is known. */
int store_hand_back(struct store *store, struct assay_error *err);

/* ---- releases and channels --------------------------------------------------------------------
 * API shape: {"id", "target", "version", "build", "name", "sha256", "size", "created",
 *  "channels": ["nightly"], "bypass": or null, "revoked": null or {"reason", "at"},
 *  "url": "/r/<sha256>/<name>"} */

struct release {
    int64_t id;
    int64_t build;
    char target[64];
    char version[64];
    char name[128]; /* file name in URLs */
    char sha256[65];
    int64_t size;
    int64_t created;
    char bypass[512];
    char revoked[1024]; /* why; "" when it is not */
};

/* The last two steps of publishing, in one transaction fenced by build->lease: the release row,
 * the channel's flip to it (serial + 1), the build's state `published`. */
int store_release_publish(struct store *store, struct build *build, const char *channel,
                          int64_t *ret_id, struct assay_error *err);

/* By digest; -ENOENT when no release has this artifact: nothing unpublished is ever served. */
int store_release_find(struct store *store, const char *sha256, struct release *ret,
                       struct assay_error *err);
/* The release that serves `file`: of this artifact, with a name that `file` is or begins with, up
 * to a dot. Several releases, of one target or of more, can have the same bytes. -ENOENT. */
int store_release_file(struct store *store, const char *sha256, const char *file,
                       struct release *ret, struct assay_error *err);
/* By channel. */
int store_release_channel(struct store *store, const char *target, const char *channel,
                          struct release *ret, struct assay_error *err);
int store_release_json(struct store *store, int64_t id, json_t **ret, struct assay_error *err);
/* Newest first; `target` may be NULL. */
int store_releases_json(struct store *store, const char *target, int limit, json_t **ret,
                        struct assay_error *err);
/* {"nightly": {"release": id, "version", "serial", "updated"}, ...} of a target. */
int store_channels_json(struct store *store, const char *target, json_t **ret,
                        struct assay_error *err);

/* Something done with a channel, as it is written down. */
struct channel_act {
    const char *target, *channel;
    const char *act; /* "publish", "promote", "rollback", "revoke" */
    const char *by, *reason;
};

/* Points the channel to `release`, or with 0 back to the one before that is not revoked; *ret is
 * the release. Its serial rises. -ENOENT; -EINVAL for a release of another target, a revoked one,
 * and one that bypassed its audit anywhere but in dev; -EALREADY. */
int store_channel_set(struct store *store, const struct channel_act *act, int64_t release,
                      int64_t *ret, struct assay_error *err);
/* Takes the release out of every channel, for good: its artifact is served no more, its evidence
 * is, and the same bytes are not published for the target again. -ENOENT, -EALREADY. */
int store_release_revoke(struct store *store, int64_t release, const char *by, const char *reason,
                         struct assay_error *err);
/* [{"act", "release", "version", "by", "reason", "at"}], newest first. */
int store_channel_history(struct store *store, const char *target, const char *channel, int limit,
                          json_t **ret, struct assay_error *err);

/* How many there are, for metrics. */
struct store_counts {
    int64_t builds[BUILD_STATES]; /* by state */
    int64_t releases;
};
int store_counts(struct store *store, struct store_counts *ret, struct assay_error *err);

/* ---- tokens -----------------------------------------------------------------------------------
 * A token is "assay_" and 43 characters of base64url (256 random bits); stored as SHA-256. */

enum role {
    ROLE_NONE,
    ROLE_READ,
    ROLE_TRIGGER,
    ROLE_APPROVE,
    ROLE_ADMIN
}; /* each has the former */

const char *role_name(enum role role);
int role_parse(const char *name, enum role *ret);

#define STORE_TOKEN_SIZE 50 /* with the NUL */

/* Makes a token; it is written to `ret_token` and kept nowhere. -EEXIST for a name in use. */
int store_token_create(struct store *store, const char *name, enum role role,
                       char ret_token[STORE_TOKEN_SIZE], struct assay_error *err);
/* ROLE_NONE for a token that is not known. `ret_name` receives its name. */
enum role store_token_role(struct store *store, const char *token, char ret_name[64]);
/* [{"name", "role", "created", "last_used"}] */
int store_tokens_json(struct store *store, json_t **ret, struct assay_error *err);
int store_token_revoke(struct store *store, const char *name, struct assay_error *err);

/* ---- waivers ----------------------------------------------------------------------------------
 * API shape: {"fingerprint", "target": name or null (all), "reason", "by", "expires": "2027-01-31",
 *  "created", "expired": bool} */

/* Keeps a waiver in the place of an earlier one for the same finding and target ("": all of them).
 * -ENOENT when no report holds a finding of this fingerprint. */
int store_waiver_put(struct store *store, const char *fingerprint, const char *target,
                     const char *reason, const char *by, const char *expires,
                     struct assay_error *err);
/* -ENOENT when there is none. */
int store_waiver_remove(struct store *store, const char *fingerprint, const char *target,
                        struct assay_error *err);
/* Newest first; those for `target` and for all, with NULL every one. */
int store_waivers_json(struct store *store, const char *target, json_t **ret,
                       struct assay_error *err);

#endif
