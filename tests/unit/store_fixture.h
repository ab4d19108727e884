/* What the tests of the store and of blobs share: a store in a folder of its own, on a real SQLite
 * file. */
#ifndef ASSAY_TESTS_STORE_FIXTURE_H
#define ASSAY_TESTS_STORE_FIXTURE_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/cleanup.h>
#include <assay/digest.h>
#include <assay/fs.h>

#include "store/blobs.h"
#include "store/store.h"

static char dir[64];
static struct store *store;
static struct assay_error err;
static int changes;

#define OK(call) ck_assert_msg((call) >= 0, "%s", err.text)

static inline void count_change(void *ctx, int64_t build)
{
    (void)build;
    ++*(int *)ctx;
}

static inline void setup(void)
{
    snprintf(dir, sizeof(dir), "/tmp/assay-test-store.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    OK(store_open(dir, &store, &err));
    changes = 0;
    store_on_change(store, count_change, &changes);
}

static inline void teardown(void)
{
    store = store_close(store);
    OK(assay_fs_remove_tree(dir, &err));
}

static inline void reopen(void)
{
    store_close(store);
    OK(store_open(dir, &store, &err));
}

static inline void sql(const char *statement)
{
    char path[128], *text = NULL;
    sqlite3 *db;

    snprintf(path, sizeof(path), "%s/assay.db", dir);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, statement, NULL, NULL, &text) == SQLITE_OK, "%s", text);
    sqlite3_close(db);
}

static inline int64_t queue(const char *target, const char *bypass, const char *key)
{
    int64_t id = 0;
    bool new;

    OK(store_build_create(store, target, "ci", bypass, key, &id, &new, &err));
    return id;
}

static inline json_t *shown(int64_t id)
{
    json_t *json = NULL;

    OK(store_build_json(store, id, &json, &err));
    return json;
}

static inline void to_signing(struct build *build, const char *digest)
{
    ck_assert_int_eq(store_build_claim(store, build, &err), 1);
    snprintf(build->version, sizeof(build->version), "2026.11.21-%lld", (long long)build->id);
    OK(store_build_advance(store, build, BUILD_BUILDING, &err));
    OK(store_build_advance(store, build, BUILD_ASSEMBLING, &err));
    snprintf(build->artifact_sha256, sizeof(build->artifact_sha256), "%s", digest);
    snprintf(build->artifact_name, sizeof(build->artifact_name), "%s.wsl", build->target);
    build->artifact_size = 5;
    OK(store_build_advance(store, build, BUILD_AUDITING, &err));
    OK(store_build_advance(store, build, BUILD_SIGNING, &err));
}

#endif
