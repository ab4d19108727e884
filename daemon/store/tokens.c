/* Tokens: shown once, kept as SHA-256. They hold 256 random bits, so that no slow hash is needed
 * and the look-up by hash tells nothing by its time. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <assay/clock.h>
#include <assay/digest.h>
#include <assay/encode.h>

#include "store/db.h"

static const char *const role_names[] = {
    [ROLE_NONE] = "none",       [ROLE_READ] = "read",   [ROLE_TRIGGER] = "trigger",
    [ROLE_APPROVE] = "approve", [ROLE_ADMIN] = "admin",
};

/* How often (seconds) the time of last use is written: not for each request. */
#define LAST_USED_STEP 60

const char *role_name(enum role role)
{
    return role_names[role];
}

int role_parse(const char *name, enum role *ret)
{
    for (size_t i = ROLE_READ; i <= ROLE_ADMIN; i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *ret = (enum role)i;
            return 0;
        }
    }
    return -EINVAL;
}

static int make_token(char ret[STORE_TOKEN_SIZE], struct assay_error *err)
{
    uint8_t random[32];
    char base64[ASSAY_BASE64_SIZE(32)];

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return assay_error_set(err, EIO, "cannot make a token: no random bytes");
    assay_base64_encode(random, sizeof(random), base64);
    base64[43] = '\0'; /* the one '=' */
    for (char *c = base64; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    snprintf(ret, STORE_TOKEN_SIZE, "assay_%s", base64);
    return 0;
}

static int hash_token(const char *token, char ret[ASSAY_SHA256_HEX])
{
    uint8_t digest[ASSAY_SHA256_SIZE];
    int r = assay_sha256(token, strlen(token), digest);

    if (r == 0)
        assay_hex_encode(digest, sizeof(digest), ret);
    return r;
}

int store_token_create(struct store *store, const char *name, enum role role,
                       char ret_token[STORE_TOKEN_SIZE], struct assay_error *err)
{
    static const char doing[] = "keep the token";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    char token[STORE_TOKEN_SIZE], hash[ASSAY_SHA256_HEX];
    int r = make_token(token, err);

    if (r < 0)
        return r;
    if (hash_token(token, hash) < 0)
        return assay_error_set(err, EIO, "cannot make a token: libcrypto failed");
    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "INSERT INTO tokens (name, sha256, role, created) VALUES (?, ?, ?, ?)", "sssi",
                   name, hash, role_names[role], assay_clock_unix());
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == -EEXIST)
        return assay_error_set(err, EEXIST,
                               "there is a token named %s already; revoke it first, or take "
                               "another name",
                               name);
    if (r == 0)
        memcpy(ret_token, token, STORE_TOKEN_SIZE);
    return r;
}

/* A full disk or the like keeps nobody out. */
static void note_use(struct store *store, const char *name)
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int64_t now = assay_clock_unix();

    if (db_prepare(store, &stmt, "note the token's use", NULL,
                   "UPDATE tokens SET last_used = ?1 WHERE name = ?2 AND last_used < ?1 - ?3",
                   "isi", now, name, (int64_t)LAST_USED_STEP) == 0)
        sqlite3_step(stmt);
}

enum role store_token_role(struct store *store, const char *token, char ret_name[64])
{
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    char hash[ASSAY_SHA256_HEX];
    enum role role;

    if (strlen(token) != STORE_TOKEN_SIZE - 1 || hash_token(token, hash) < 0)
        return ROLE_NONE;
    DB_LOCKED(store);
    if (db_prepare(store, &stmt, "look up the token", NULL,
                   "SELECT role, name FROM tokens WHERE sha256 = ?", "s", hash) < 0 ||
        sqlite3_step(stmt) != SQLITE_ROW || role_parse(db_text(stmt, 0), &role) < 0)
        return ROLE_NONE;
    db_copy(stmt, 1, ret_name, 64);
    sqlite3_reset(stmt);
    note_use(store, ret_name);
    return role;
}

int store_tokens_json(struct store *store, json_t **ret, struct assay_error *err)
{
    static const char doing[] = "list the tokens";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    _cleanup_json_ json_t *list = json_array();
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err,
                   "SELECT name, role, created, last_used FROM tokens ORDER BY name", "");
    while (r >= 0 && (r = db_step(store, stmt, doing, err)) == 1)
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o}", "name", db_json_text(stmt, 0),
                                        "role", db_json_text(stmt, 1), "created",
                                        db_json_time(stmt, 2), "last_used", db_json_time(stmt, 3)));
    if (r < 0)
        return r;
    *ret = ASSAY_TAKE(list);
    return 0;
}

int store_token_revoke(struct store *store, const char *name, struct assay_error *err)
{
    static const char doing[] = "revoke the token";
    _cleanup_stmt_ sqlite3_stmt *stmt = NULL;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &stmt, doing, err, "DELETE FROM tokens WHERE name = ?", "s", name);
    if (r == 0)
        r = db_step(store, stmt, doing, err);
    if (r == 0 && sqlite3_changes(store->db) == 0)
        return assay_error_set(err, ENOENT, "there is no token named %s", name);
    return r;
}
