/* The daemon's state, on a real SQLite file. */
#include "store_fixture.h"
#include "suite.h"

START_TEST(a_build_goes_its_way)
{
    struct build build, again;
    int64_t release = 0, id = queue("minimal", "", NULL);
    _cleanup_json_ json_t *json = NULL, *list = NULL, *channels = NULL, *releases = NULL;
    struct release found;

    to_signing(&build, "aa");
    ck_assert_int_eq(build.id, id);
    OK(store_release_publish(store, &build, "nightly", &release, &err));
    ck_assert_int_eq(build.state, BUILD_PUBLISHED);
    json = shown(id);
    ck_assert_str_eq(assay_json_string(json, "state", ""), "published");
    ck_assert_str_eq(assay_json_string(json, "version", ""), "2026.11.21-1");
    ck_assert_int_eq(assay_json_int(json, "release", 0), release);
    ck_assert(json_is_null(json_object_get(json, "failure")));
    ck_assert_str_eq(assay_json_string(json_object_get(json, "artifact"), "name", ""),
                     "minimal.wsl");
    OK(store_release_channel(store, "minimal", "nightly", &found, &err));
    ck_assert_str_eq(found.sha256, "aa");
    OK(store_release_find(store, "aa", &found, &err));
    ck_assert_int_eq(store_release_find(store, "bb", &found, &err), -ENOENT);
    OK(store_channels_json(store, "minimal", &channels, &err));
    ck_assert_int_eq(assay_json_int(json_object_get(channels, "nightly"), "serial", 0), 1);
    OK(store_releases_json(store, NULL, 10, &releases, &err));
    ck_assert_str_eq(assay_json_string(json_array_get(releases, 0), "url", ""),
                     "/r/aa/minimal.wsl");
    OK(store_builds_json(store, "minimal", "published", 0, 10, &list, &err));
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_int_eq(store_build_claim(store, &again, &err), 0);
    ck_assert_int_eq(changes, 7);
}
END_TEST

START_TEST(the_same_artifact_is_the_same_release)
{
    struct build build;
    int64_t first = 0, second = 0, other = 0;
    _cleanup_json_ json_t *channels = NULL;

    queue("minimal", "", NULL);
    to_signing(&build, "aa");
    OK(store_release_publish(store, &build, "nightly", &first, &err));
    queue("minimal", "", NULL);
    to_signing(&build, "aa");
    OK(store_release_publish(store, &build, "nightly", &second, &err));
    ck_assert_int_eq(first, second);
    queue("minimal", "", NULL);
    to_signing(&build, "bb");
    OK(store_release_publish(store, &build, "nightly", &other, &err));
    ck_assert_int_ne(first, other);
    OK(store_channels_json(store, "minimal", &channels, &err));
    ck_assert_int_eq(assay_json_int(json_object_get(channels, "nightly"), "serial", 0), 3);
}
END_TEST

START_TEST(writes_are_fenced)
{
    struct build build, stale;
    struct release release;
    int64_t id = queue("minimal", "", NULL), ret;

    to_signing(&build, "aa");
    stale = build;
    snprintf(stale.lease, sizeof(stale.lease), "another");
    ck_assert_int_eq(store_release_publish(store, &stale, "nightly", &ret, &err), -ESTALE);
    ck_assert_int_eq(store_release_find(store, "aa", &release, &err), -ENOENT);
    ck_assert_int_eq(store_release_channel(store, "minimal", "nightly", &release, &err), -ENOENT);
    stale = build;
    stale.state = BUILD_BUILDING;
    ck_assert_int_eq(store_build_advance(store, &stale, BUILD_ASSEMBLING, &err), -ESTALE);
    OK(store_build_cancel(store, id, &err));
    ck_assert(store_build_canceled(store, id));
    ck_assert_int_eq(store_build_cancel(store, id, &err), -EALREADY);
    ck_assert_int_eq(store_build_cancel(store, 99, &err), -ENOENT);
    ck_assert_int_eq(store_build_fail(store, &build, "build", "no", &err), -ESTALE);
    ck_assert_int_eq(store_release_publish(store, &build, "nightly", &ret, &err), -ESTALE);
    ck_assert_int_eq(store_release_find(store, "aa", &release, &err), -ENOENT);
}
END_TEST

START_TEST(a_failure_says_its_kind)
{
    struct build build;
    _cleanup_json_ json_t *json = NULL;

    queue("minimal", "", NULL);
    ck_assert_int_eq(store_build_claim(store, &build, &err), 1);
    OK(store_build_fail(store, &build, "build", "the builder said no", &err));
    json = shown(build.id);
    ck_assert_str_eq(assay_json_string(json, "state", ""), "failed");
    ck_assert_str_eq(assay_json_string(json_object_get(json, "failure"), "kind", ""), "build");
    ck_assert(!json_is_null(json_object_get(json, "finished")));
}
END_TEST

START_TEST(a_key_starts_one_build_for_one_requester)
{
    int64_t id = queue("minimal", "", "key-1"), other;
    bool new = true;

    OK(store_build_create(store, "minimal", "ci", "", "key-1", &other, &new, &err));
    ck_assert_int_eq(other, id);
    ck_assert(!new);
    OK(store_build_create(store, "minimal", "somebody", "", "key-1", &other, &new, &err));
    ck_assert(new);
    ck_assert_int_ne(queue("minimal", "", NULL), queue("minimal", "", NULL));
}
END_TEST

START_TEST(what_a_crash_left_is_taken_up)
{
    struct build building, signing, again;

    queue("one", "", NULL);
    queue("two", "", NULL);
    to_signing(&signing, "aa");
    ck_assert_int_eq(store_build_claim(store, &building, &err), 1);
    OK(store_build_advance(store, &building, BUILD_BUILDING, &err));
    ck_assert_int_eq(store_build_claim(store, &again, &err), 0);
    reopen();
    ck_assert_int_eq(store_recover(store, &err), 2);
    ck_assert_int_eq(store_build_claim(store, &again, &err), 1);
    ck_assert_int_eq(again.state, BUILD_SIGNING);
    ck_assert_int_eq(again.attempt, 1);
    ck_assert_int_eq(again.recovered, 1);
    ck_assert_str_eq(again.artifact_sha256, "aa");
    ck_assert_int_eq(store_build_advance(store, &signing, BUILD_FAILED, &err), -ESTALE);
    ck_assert_int_eq(store_build_claim(store, &again, &err), 1);
    ck_assert_int_eq(again.state, BUILD_BUILDING);
    ck_assert_int_eq(again.attempt, 2);
}
END_TEST

START_TEST(what_an_orderly_end_left_is_no_recovery)
{
    struct build build, stale;

    queue("one", "", NULL);
    ck_assert_int_eq(store_build_claim(store, &build, &err), 1);
    OK(store_build_advance(store, &build, BUILD_BUILDING, &err));
    stale = build;
    ck_assert_int_eq(store_hand_back(store, &err), 1);
    ck_assert_int_eq(store_build_advance(store, &stale, BUILD_ASSEMBLING, &err), -ESTALE);
    reopen();
    ck_assert_int_eq(store_recover(store, &err), 0);
    ck_assert_int_eq(store_build_claim(store, &build, &err), 1);
    ck_assert_int_eq(build.state, BUILD_BUILDING);
    ck_assert_int_eq(build.attempt, 2);
    ck_assert_int_eq(build.recovered, 0);
}
END_TEST

START_TEST(revisions_rise_with_progress)
{
    struct build build;
    _cleanup_json_ json_t *before = NULL, *during = NULL, *after = NULL;
    const json_t *progress;
    int64_t id = queue("minimal", "", NULL);

    ck_assert_int_eq(store_build_claim(store, &build, &err), 1);
    OK(store_build_advance(store, &build, BUILD_BUILDING, &err));
    before = shown(id);
    store_build_progress(store, id, "compiling \xff", 1, 3, 0);
    store_build_progress(store, id, "compiling \xff", 2, 3, 0);
    during = shown(id);
    progress = json_object_get(during, "progress");
    ck_assert_str_eq(assay_json_string(progress, "text", ""), "compiling \xef\xbf\xbd");
    ck_assert_str_eq(assay_json_string(progress, "stage", ""), "building");
    ck_assert_int_eq(assay_json_int(progress, "done", 0), 2);
    ck_assert_int_ge(assay_json_int(during, "revision", 0), assay_json_int(before, "revision", 0));
    OK(store_build_advance(store, &build, BUILD_ASSEMBLING, &err));
    after = shown(id);
    ck_assert(json_is_null(json_object_get(after, "progress")));
    ck_assert_int_gt(assay_json_int(after, "revision", 0), assay_json_int(before, "revision", 0));
}
END_TEST

START_TEST(an_audit_tells_its_entries_and_its_path)
{
    struct build build;
    _cleanup_json_ json_t *building = NULL, *auditing = NULL;
    const json_t *progress;
    int64_t id = queue("minimal", "", NULL);

    ck_assert_int_eq(store_build_claim(store, &build, &err), 1);
    OK(store_build_advance(store, &build, BUILD_BUILDING, &err));
    store_build_progress(store, id, "compiling", 1, 3, 0);
    building = shown(id);
    progress = json_object_get(building, "progress");
    ck_assert_ptr_null(json_object_get(progress, "entries"));
    ck_assert_ptr_null(json_object_get(progress, "path"));
    OK(store_build_advance(store, &build, BUILD_ASSEMBLING, &err));
    OK(store_build_advance(store, &build, BUILD_AUDITING, &err));
    store_build_progress(store, id, "etc/passwd", 10, 30, 12345);
    auditing = shown(id);
    progress = json_object_get(auditing, "progress");
    ck_assert_int_eq(assay_json_int(progress, "entries", 0), 12345);
    ck_assert_str_eq(assay_json_string(progress, "path", ""), "etc/passwd");
    ck_assert_str_eq(assay_json_string(progress, "text", ""), "etc/passwd");
}
END_TEST

START_TEST(a_damaged_record_hides_no_other)
{
    struct build build;
    _cleanup_json_ json_t *list = NULL;
    int64_t bad = queue("one", "", NULL), good = queue("two", "", NULL);

    sql("UPDATE builds SET state = 'sta\xff', target = CAST(x'66ff6f' AS TEXT) WHERE id = 1");
    OK(store_builds_json(store, NULL, NULL, 0, 10, &list, &err));
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_str_eq(assay_json_string(json_array_get(list, 1), "state", ""), "failed");
    ck_assert_int_eq(store_build_get(store, bad, &build, &err), -EBADMSG);
    ck_assert_int_eq(store_build_claim(store, &build, &err), 1);
    ck_assert_int_eq(build.id, good);
}
END_TEST

START_TEST(reports_are_kept)
{
    _cleanup_json_ json_t *report = json_pack("{s:s}", "verdict", "reject"), *back = NULL;
    _cleanup_json_ json_t *json = NULL;
    int64_t id = queue("minimal", "", NULL);

    ck_assert_int_eq(store_report_get(store, id, &back, &err), -ENOENT);
    OK(store_report_put(store, id, report, &err));
    OK(store_report_put(store, id, report, &err));
    OK(store_report_get(store, id, &back, &err));
    ck_assert(json_equal(report, back));
    json = shown(id);
    ck_assert_str_eq(assay_json_string(json, "verdict", ""), "reject");
}
END_TEST

START_TEST(tokens_are_kept_as_hashes)
{
    char token[STORE_TOKEN_SIZE], other[STORE_TOKEN_SIZE], name[64], path[128];
    _cleanup_buf_ struct assay_buf file = ASSAY_BUF(1 << 22);

    OK(store_token_create(store, "ci", ROLE_TRIGGER, token, &err));
    ck_assert_uint_eq(strlen(token), STORE_TOKEN_SIZE - 1);
    ck_assert_int_eq(store_token_create(store, "ci", ROLE_READ, other, &err), -EEXIST);
    ck_assert_int_eq(store_token_role(store, token, name), ROLE_TRIGGER);
    ck_assert_str_eq(name, "ci");
    token[20] ^= 1;
    ck_assert_int_eq(store_token_role(store, token, name), ROLE_NONE);
    ck_assert_int_eq(store_token_role(store, "", name), ROLE_NONE);
    token[20] ^= 1;
    snprintf(path, sizeof(path), "%s/assay.db-wal", dir);
    OK(assay_fs_read_file(path, &file, &err));
    ck_assert_ptr_nonnull(memmem(file.data, file.len, "trigger", 7));
    ck_assert_ptr_null(memmem(file.data, file.len, token + 6, 43));
    OK(store_token_revoke(store, "ci", &err));
    ck_assert_int_eq(store_token_revoke(store, "ci", &err), -ENOENT);
    ck_assert_int_eq(store_token_role(store, token, name), ROLE_NONE);
}
END_TEST

START_TEST(a_newer_database_is_refused)
{
    struct store *newer;

    sql("PRAGMA user_version = 99");
    ck_assert_int_lt(store_open(dir, &newer, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "assay.db"));
    ck_assert_ptr_nonnull(strstr(err.text, "99"));
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused)
{
    char path[128];
    struct store *other;

    teardown();
    ck_assert_int_eq(mkdir(dir, 0700), 0);
    snprintf(path, sizeof(path), "%s/assay.db", dir);
    OK(assay_fs_write_file(path, "this is not a database, as anybody can see", 42, 0600, &err));
    ck_assert_int_lt(store_open(dir, &other, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_int_eq(unlink(path), 0);
    OK(store_open(dir, &store, &err));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_build_goes_its_way,
                                  the_same_artifact_is_the_same_release,
                                  writes_are_fenced,
                                  a_failure_says_its_kind,
                                  a_key_starts_one_build_for_one_requester,
                                  what_a_crash_left_is_taken_up,
                                  what_an_orderly_end_left_is_no_recovery,
                                  revisions_rise_with_progress,
                                  an_audit_tells_its_entries_and_its_path,
                                  a_damaged_record_hides_no_other,
                                  reports_are_kept,
                                  tokens_are_kept_as_hashes,
                                  a_newer_database_is_refused,
                                  a_file_that_is_no_database_is_refused,
                                  NULL};

    return suite_run("store", tests, setup, teardown);
}
