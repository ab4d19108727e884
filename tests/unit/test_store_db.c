/* Databases of Nix stores: a real one, damaged ones, and ones that want to run something. */
#include "image_support.h"
#include "nix/store_db.h"

#include <assay/json.h>

static struct assay_buf bytes = {.max = 16 << 20}, text = {.max = 1 << 20};
static struct assay_error err;

static void end(void)
{
    assay_buf_free(&bytes);
    assay_buf_free(&text);
    tear_down();
}

static void load(const char *name, struct assay_buf *into)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    into->len = 0;
    ck_assert_int_eq(assay_fs_read_file(path, into, &err), 0);
}

static int open_db(const char *name, struct store_db **ret)
{
    load(name, &bytes);
    return store_db_open((uint8_t *)bytes.data, bytes.len, ret, &err);
}

START_TEST(says_what_nix_says)
{
    struct store_db *db = NULL;
    struct nix_path_info info;
    const char *signatures = "";
    json_t *infos, *one, *keys;
    size_t i;

    sh("export NIX_CONFIG=\"$(printf 'experimental-features = nix-command\\nbuild-users-group =')\""
       " store=$PWD/store; nix key generate-secret --key-name one >secret\n"
       "mkdir tree; echo content >tree/file; tree=$(nix-store --store $store --add tree)\n"
       "path=$(nix-instantiate --store $store --eval --read-write-mode -E \"builtins.toFile "
       "\\\"refers\\\" (builtins.appendContext \\\"$tree\\\" { \\\"$tree\\\" = { path = true; }; "
       "})\" | tr -d '\"'); nix store sign --store $store -k secret $tree $path\n"
       "nix path-info --store $store --json --sigs $tree $path >infos\n"
       "nix key convert-secret-to-public <secret >key; cp store/nix/var/nix/db/db.sqlite db");
    load("infos", &text);
    infos = json_loads(assay_buf_str(&text), 0, NULL);
    load("key", &text);
    keys = json_pack("[s]", assay_buf_str(&text));
    ck_assert_msg(open_db("db", &db) == 0, "%s", err.text);
    json_array_foreach(infos, i, one)
    {
        const char *path = assay_json_string(one, "path", "");

        ck_assert_int_eq(store_db_find(db, path, &info, &signatures), 1);
        ck_assert_int_eq((int64_t)info.nar_size, assay_json_int(one, "narSize", 0));
        ck_assert_uint_eq(info.n_references, json_array_size(json_object_get(one, "references")));
        ck_assert_int_eq(nix_signature_holds(&info, signatures, keys), 1);
    }
    ck_assert_int_eq(store_db_find(db, "/nix/store/nothing", &info, &signatures), 0);
    store_db_free(db);
    json_decref(infos);
    json_decref(keys);
}
END_TEST

START_TEST(other_databases_are_refused)
{
    struct store_db *db = NULL;

    sh("printf 'SQLite format 3' >none; : >empty; head -c 5000 /dev/urandom >noise\n"
       "sqlite3 tables 'CREATE TABLE ValidPaths (id)'\n"
       "sqlite3 view 'CREATE TABLE Refs (referrer, reference); CREATE VIEW ValidPaths AS WITH "
       "RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS id, x AS path FROM "
       "c'");
    ck_assert_int_eq(open_db("none", &db), -EBADMSG);
    ck_assert_int_eq(open_db("empty", &db), -EBADMSG);
    ck_assert_int_eq(open_db("noise", &db), -EBADMSG);
    ck_assert_int_eq(open_db("tables", &db), -EBADMSG);
    ck_assert_int_eq(open_db("view", &db), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "Nix store"));
}
END_TEST

START_TEST(values_of_other_kinds_are_refused)
{
    struct store_db *db = NULL;
    struct nix_path_info info;
    const char *signatures;

    sh("sqlite3 db \"CREATE TABLE ValidPaths (id, path, hash, narSize, sigs); CREATE TABLE Refs "
       "(referrer, reference); INSERT INTO ValidPaths VALUES (1, 'a', NULL, 1, ''), (2, 'b', "
       "'sha256:12', 1, ''), (3, 'c', 'md5:12', 'x', 7)\"");
    ck_assert_int_eq(open_db("db", &db), 0);
    ck_assert_int_eq(store_db_find(db, "a", &info, &signatures), -EBADMSG);
    ck_assert_int_eq(store_db_find(db, "b", &info, &signatures), -EBADMSG);
    ck_assert_int_eq(store_db_find(db, "c", &info, &signatures), -EBADMSG);
    ck_assert_int_eq(store_db_find(db, "d", &info, &signatures), 0);
    store_db_free(db);
}
END_TEST

START_TEST(damage_does_no_harm)
{
    sh("sqlite3 db 'CREATE TABLE ValidPaths (id integer primary key, path text unique, hash, "
       "narSize, sigs); CREATE TABLE Refs (referrer, reference, primary key (referrer, "
       "reference)); WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 500) "
       "INSERT INTO ValidPaths SELECT x, x || randomblob(0), NULL, x, NULL FROM c'");
    load("db", &text);
    srand(1);
    for (size_t round = 0; round < 2000; round++) {
        struct store_db *db = NULL;
        struct nix_path_info info;
        const char *signatures;

        bytes.len = 0;
        ck_assert_int_eq(assay_buf_append(&bytes, text.data, text.len), 0);
        for (size_t i = 0; i < 8; i++)
            bytes.data[(size_t)rand() % bytes.len] = (char)rand();
        if (store_db_open((uint8_t *)bytes.data, bytes.len, &db, &err) == 0)
            store_db_find(db, "77", &info, &signatures);
        store_db_free(db);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_db");
    TCase *tcase = tcase_create("store_db");

    tcase_add_checked_fixture(tcase, set_up, end);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, says_what_nix_says);
    tcase_add_test(tcase, other_databases_are_refused);
    tcase_add_test(tcase, values_of_other_kinds_are_refused);
    tcase_add_test(tcase, damage_does_no_harm);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
