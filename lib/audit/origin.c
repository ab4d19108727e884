#include "audit/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/buf.h>

#include "audit/store_paths.h"
#include "nix/store_db.h"

#define DATABASE "nix/var/nix/db/db.sqlite"
#define SIGNATURES_MAX 64 /* of one path that are tried */

struct database {
    char *container;
    struct assay_buf content;
    struct store_db *db; /* opened at the end */
};

struct origin {
    const json_t *keys; /* of {key, level}, from the lowest layer up */
    struct store_paths *paths;
    struct database databases[ORIGIN_DATABASES_MAX];
    size_t n_databases;
    const char **signers; /* one per store path: the key's text, or NULL */
    char **names;         /* one per key */
};

static char *name_of(const json_t *key)
{
    const char *text = assay_json_string(key, "key", "");

    return strndup(text, strcspn(text, ":"));
}

struct origin *origin_new(const json_t *keys)
{
    struct origin *origin = calloc(1, sizeof(*origin));
    size_t i;
    json_t *key;
    bool whole = true;

    if (!origin)
        return NULL;
    origin->keys = keys;
    origin->paths = store_paths_new();
    origin->names = calloc(json_array_size(keys) + 1, sizeof(*origin->names));
    json_array_foreach(keys, i, key)
    {
        if (origin->names)
            origin->names[i] = name_of(key);
        whole = whole && origin->names && origin->names[i];
    }
    return origin->paths && origin->names && whole ? origin : origin_free(origin);
}

struct origin *origin_free(struct origin *origin)
{
    if (!origin)
        return NULL;
    for (size_t i = 0; i < origin->n_databases; i++) {
        store_db_free(origin->databases[i].db);
        assay_buf_free(&origin->databases[i].content);
        free(origin->databases[i].container);
    }
    for (size_t i = 0; origin->names && i < json_array_size(origin->keys); i++)
        free(origin->names[i]);
    free(origin->names);
    free(origin->signers);
    store_paths_free(origin->paths);
    free(origin);
    return NULL;
}

static int keep_database(struct origin *origin, const struct entry *entry, struct origin_entry *ret)
{
    size_t left = ORIGIN_DATABASE_SIZE;
    struct database *database = &origin->databases[origin->n_databases];

    if (entry->type != ENTRY_FILE || strcmp(entry->path, DATABASE) != 0)
        return 0;
    for (size_t i = 0; i < origin->n_databases; i++)
        left -= origin->databases[i].content.len;
    if (origin->n_databases == ORIGIN_DATABASES_MAX || left == 0)
        return 0;
    database->container = strdup(entry->container);
    if (!database->container)
        return -ENOMEM;
    database->content = ASSAY_BUF(left);
    origin->n_databases++;
    ret->database = &database->content;
    return 0;
}

/* Nix archives hold no owner, and of links only symbolic ones. */
static bool is_plain_owner(const char *name)
{
    return !name || !*name || strcmp(name, "root") == 0;
}

int origin_entry(struct origin *origin, const struct entry *entry,
                 const struct origin_entry *parent, struct origin_entry *ret)
{
    int r;

    ret->names = !entry->n_xattrs && is_plain_owner(entry->uname) && is_plain_owner(entry->gname) &&
                 (!entry->link || entry->type == ENTRY_SYMLINK);
    if (parent && (parent->subject || parent->database)) {
        ret->subject = parent->subject;
        ret->names = true; /* whatever is inside of a file is a part of it */
        return 0;
    }
    if (entry->in != ENTRY_IN_FILE || entry->type == ENTRY_META || entry->type == ENTRY_FREE)
        return 0;
    r = store_paths_entry(origin->paths, entry);
    if (r < 0)
        return r;
    ret->hashed = r > 0;
    if (store_paths_is_inside(origin->paths))
        ret->subject = (uint32_t)store_paths_count(origin->paths);
    return ret->subject ? 0 : keep_database(origin, entry, ret);
}

int origin_bytes(struct origin *origin, struct origin_entry *entry, const uint8_t *data, size_t len,
                 uint64_t offset)
{
    struct assay_buf *content = entry->database;

    if (entry->hashed)
        store_paths_bytes(origin->paths, data, len, offset);
    if (!content)
        return 0;
    /* One with holes or too large to keep is none. */
    if (offset != content->len || len > content->max - content->len) {
        assay_buf_free(content);
        entry->database = NULL;
        return 0;
    }
    return assay_buf_append(content, data, len);
}

void origin_done(struct origin *origin, struct origin_entry *entry)
{
    if (entry->hashed)
        store_paths_done(origin->paths);
}

/* --- at the end ---------------------------------------------------------------------------------
 */

/* The last database of the store in `container`, or NULL. One that cannot be read vouches for
 * nothing. */
static struct store_db *database_of(struct origin *origin, const char *container)
{
    for (size_t i = origin->n_databases; i-- > 0;) {
        struct database *database = &origin->databases[i];

        if (strcmp(database->container, container) != 0)
            continue;
        if (!database->db && database->content.len)
            store_db_open((uint8_t *)database->content.data, database->content.len, &database->db,
                          NULL);
        return database->db;
    }
    return NULL;
}

/* Finds a key that signed `info`: its index, -1 for none, or a negative errno below that. */
static int find_signer(const struct origin *origin, const struct nix_path_info *info,
                       const char *signatures)
{
    size_t i;
    json_t *key;

    json_array_foreach(origin->keys, i, key)
    {
        _cleanup_json_ json_t *one = json_pack("[O]", json_object_get(key, "key"));
        _cleanup_free_ char *copy = strdup(signatures);
        char *rest = copy, *signature;
        size_t tried = 0;

        if (!one || !copy)
            return -ENOMEM;
        while ((signature = strsep(&rest, " ")) != NULL && tried++ < SIGNATURES_MAX) {
            int r = nix_signature_holds(info, signature, one);

            if (r != 0)
                return r < 0 ? r : (int)i;
        }
    }
    return -1;
}

/* Looks who vouches for a store path; when somebody does for other bytes, the checks are told. */
static int judge_path(struct origin *origin, size_t i, struct checks *checks)
{
    const struct store_path *path = store_paths_get(origin->paths, i);
    struct store_db *db = path->hashed ? database_of(origin, path->container) : NULL;
    struct nix_path_info info;
    const char *signatures;
    char full[sizeof("/nix/store/") + ORIGIN_NAME_MAX];
    bool same;
    int r;

    if (!db || strlen(path->name) > ORIGIN_NAME_MAX)
        return 0;
    snprintf(full, sizeof(full), "/nix/store/%s", path->name);
    r = store_db_find(db, full, &info, &signatures);
    if (r <= 0)
        return r == -ENOMEM ? r : 0;
    same = info.nar_size == path->nar_size &&
           memcmp(info.nar_sha256, path->nar_sha256, sizeof(info.nar_sha256)) == 0;
    r = find_signer(origin, &info, signatures);
    if (r < -1)
        return r;
    if (r >= 0 && same)
        origin->signers[i] = origin->names[r];
    else if (r >= 0)
        return checks_tell(checks, "nixos.store-path-altered", path->container, full + 1);
    return 0;
}

static const char *signer(void *ctx, uint32_t subject)
{
    struct origin *origin = ctx;

    return origin->signers[subject - 1];
}

/* The one whose key came with the higher layer: a lock stands against that one sooner. */
static const char *worse(void *ctx, const char *a, const char *b)
{
    struct origin *origin = ctx;

    for (size_t i = 0; i < json_array_size(origin->keys); i++)
        if (origin->names[i] == a || origin->names[i] == b)
            return origin->names[i] == a ? b : a;
    return a;
}

int origin_finish(struct origin *origin, struct findings *findings, struct checks *checks)
{
    size_t n = store_paths_count(origin->paths);

    store_paths_finish(origin->paths);
    findings_subject(findings, 0);
    if (n == 0)
        return 0;
    origin->signers = calloc(n, sizeof(*origin->signers));
    if (!origin->signers)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        int r = judge_path(origin, i, checks);

        if (r < 0)
            return r;
    }
    findings_origins(findings, signer, worse, origin);
    return 0;
}

json_t *origin_json(const struct origin *origin)
{
    size_t n = store_paths_count(origin->paths), hashed = 0, vouched = 0;

    for (size_t i = 0; i < n; i++) {
        hashed += store_paths_get(origin->paths, i)->hashed;
        vouched += origin->signers && origin->signers[i];
    }
    return json_pack("{s:I, s:I, s:I}", "paths", (json_int_t)n, "hashed", (json_int_t)hashed,
                     "signed", (json_int_t)vouched);
}
