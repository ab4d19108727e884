#include "audit/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/buf.h>

#include "audit/store_paths.h"
#include "nix/registration.h"
#include "nix/store_db.h"

#define DATABASE "nix/var/nix/db/db.sqlite"
#define REGISTRATION "nix-path-registration" /* what is loaded into one at the first start */
#define SIGNATURES_MAX 64                    /* of one path that are tried */

struct database {
    char *container;
    struct assay_buf content;
    bool text;           /* it is a registration */
    struct store_db *db; /* opened at the end, if it can be */
    struct registration *registration;
};

/* What the database says of a store path. */
struct vouched {
    uint8_t nar_sha256[ASSAY_SHA256_SIZE];
    uint64_t nar_size;
    bool known; /* it says something */
    int key;    /* that signed it, -1: none */
    bool holds; /* and it is what was signed */
};

struct origin {
    const json_t *keys; /* of {key, level}, from the lowest layer up */
    struct store_paths *paths;
    struct database databases[ORIGIN_DATABASES_MAX];
    size_t n_databases;
    struct vouched *vouched; /* one per store path */
    char **names;            /* one per key */
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
        registration_free(origin->databases[i].registration);
        assay_buf_free(&origin->databases[i].content);
        free(origin->databases[i].container);
    }
    for (size_t i = 0; origin->names && i < json_array_size(origin->keys); i++)
        free(origin->names[i]);
    free(origin->names);
    free(origin->vouched);
    store_paths_free(origin->paths);
    free(origin);
    return NULL;
}

static int keep_database(struct origin *origin, const struct entry *entry, struct origin_entry *ret)
{
    size_t left = ORIGIN_DATABASE_SIZE;
    struct database *database = &origin->databases[origin->n_databases];

    bool text = strcmp(entry->path, REGISTRATION) == 0;

    if (entry->type != ENTRY_FILE || (!text && strcmp(entry->path, DATABASE) != 0))
        return 0;
    for (size_t i = 0; i < origin->n_databases; i++)
        left -= origin->databases[i].content.len;
    if (origin->n_databases == ORIGIN_DATABASES_MAX || left == 0)
        return 0;
    database->container = strdup(entry->container);
    if (!database->container)
        return -ENOMEM;
    database->content = ASSAY_BUF(left);
    database->text = text;
    origin->n_databases++;
    ret->database = &database->content;
    ret->database_size = entry->size > 0 ? (uint64_t)entry->size : 0;
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

/* A hole is zeros, as a reader of the file would see them. */
static int fill_hole(struct assay_buf *content, uint64_t offset)
{
    static const uint8_t zeros[4096];
    int r = offset < content->len || offset > content->max ? -EFBIG : 0;

    while (r == 0 && content->len < offset) {
        size_t len =
            offset - content->len < sizeof(zeros) ? (size_t)(offset - content->len) : sizeof(zeros);

        r = assay_buf_append(content, zeros, len);
    }
    return r;
}

int origin_bytes(struct origin *origin, struct origin_entry *entry, const uint8_t *data, size_t len,
                 uint64_t offset)
{
    struct assay_buf *content = entry->database;
    int r;

    if (entry->hashed)
        store_paths_bytes(origin->paths, data, len, offset);
    if (!content)
        return 0;
    r = fill_hole(content, offset);
    if (r == 0)
        r = assay_buf_append(content, data, len);
    if (r != -EFBIG)
        return r;
    assay_buf_free(content); /* one too large to keep is none */
    entry->database = NULL;
    return 0;
}

void origin_done(struct origin *origin, struct origin_entry *entry)
{
    if (entry->hashed)
        store_paths_done(origin->paths);
    if (entry->database && fill_hole(entry->database, entry->database_size) < 0)
        assay_buf_free(entry->database);
}

/* --- at the end ---------------------------------------------------------------------------------
 */

/* Those that cannot be read say nothing. */
static void open_databases(struct origin *origin)
{
    for (size_t i = 0; i < origin->n_databases; i++) {
        struct database *database = &origin->databases[i];

        if (database->content.len == 0)
            continue;
        if (database->text)
            registration_open((char *)database->content.data, database->content.len,
                              &database->registration, NULL);
        else
            store_db_open(database->content.data, database->content.len, &database->db, NULL);
    }
}

/* What the last database of the store in `container` says of a path, and before all registrations
 * one that holds signatures. Returns 1, 0 or -ENOMEM. */
static int find_info(const struct origin *origin, const char *container, const char *path,
                     struct nix_path_info *ret, const char **ret_signatures)
{
    int r = 0;

    for (size_t i = origin->n_databases; r == 0 && i-- > 0;)
        if (origin->databases[i].db && strcmp(origin->databases[i].container, container) == 0)
            r = store_db_find(origin->databases[i].db, path, ret, ret_signatures);
    if (r != 0)
        return r == -ENOMEM || r > 0 ? r : 0;
    *ret_signatures = "";
    for (size_t i = origin->n_databases; r == 0 && i-- > 0;)
        if (origin->databases[i].registration &&
            strcmp(origin->databases[i].container, container) == 0)
            r = registration_find(origin->databases[i].registration, path, ret);
    return r;
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

/* What the store's database says of a path, and who signed that. */
static int look_up(struct origin *origin, size_t i)
{
    const struct store_path *path = store_paths_get(origin->paths, i);
    struct vouched *vouched = &origin->vouched[i];
    struct nix_path_info info;
    const char *signatures;
    char full[sizeof("/nix/store/") + ORIGIN_NAME_MAX];
    int r;

    vouched->key = -1;
    if (strlen(path->name) > ORIGIN_NAME_MAX)
        return 0;
    snprintf(full, sizeof(full), "/nix/store/%s", path->name);
    r = find_info(origin, path->container, full, &info, &signatures);
    if (r <= 0)
        return r;
    vouched->known = true;
    memcpy(vouched->nar_sha256, info.nar_sha256, sizeof(info.nar_sha256));
    vouched->nar_size = info.nar_size;
    r = find_signer(origin, &info, signatures);
    if (r < -1)
        return r;
    vouched->key = r;
    return 0;
}

int origin_look_up(struct origin *origin, struct reorder **ret)
{
    size_t n = store_paths_count(origin->paths);
    _cleanup_free_ bool *known = calloc(n + 1, sizeof(*known));

    *ret = NULL;
    store_paths_finish(origin->paths);
    open_databases(origin);
    origin->vouched = calloc(n + 1, sizeof(*origin->vouched));
    if (!known || !origin->vouched)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        int r = look_up(origin, i);

        if (r < 0)
            return r;
        known[i] = origin->vouched[i].known;
    }
    return reorder_new(origin->paths, known, ret);
}

/* Whether what is there is what was signed or registered; when it is not, the checks are told. */
static int judge_path(struct origin *origin, size_t i, struct checks *checks)
{
    const struct store_path *path = store_paths_get(origin->paths, i);
    struct vouched *vouched = &origin->vouched[i];
    _cleanup_free_ char *full = NULL;
    bool same;

    if (!vouched->known || !path->hashed)
        return 0;
    same = vouched->nar_size == path->nar_size &&
           memcmp(vouched->nar_sha256, path->nar_sha256, ASSAY_SHA256_SIZE) == 0;
    vouched->holds = same && vouched->key >= 0;
    if (same)
        return 0;
    if (asprintf(&full, "nix/store/%s", path->name) < 0) {
        full = NULL;
        return -ENOMEM;
    }
    return checks_tell(checks,
                       vouched->key >= 0 ? "nixos.store-path-altered" : "nixos.store-path-unlike",
                       path->container, full);
}

static const char *signer(void *ctx, uint32_t subject)
{
    struct origin *origin = ctx;

    return origin->vouched[subject - 1].holds ? origin->names[origin->vouched[subject - 1].key]
                                              : NULL;
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
    findings_subject(findings, 0);
    for (size_t i = 0; i < store_paths_count(origin->paths); i++) {
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
        vouched += origin->vouched && origin->vouched[i].holds;
    }
    return json_pack("{s:I, s:I, s:I}", "paths", (json_int_t)n, "hashed", (json_int_t)hashed,
                     "signed", (json_int_t)vouched);
}
