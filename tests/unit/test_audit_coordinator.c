/* The coordinator against workers that do wrong. Each is a real process: fake_worker.py, started
 * under the name of what it does. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <assay/audit.h>
#include <assay/digest.h>
#include <assay/encode.h>
#include <assay/fs.h>
#include <assay/policy.h>

#include "audit/session.h"
#include "few_rules.h"

#define FAKE ASSAY_SOURCE_DIR "/tests/unit/fake_worker.py"
#define WORKER ASSAY_BIN_DIR "/assay-audit"
#define CONTENT "an artifact"

static char folder[] = "/tmp/assay-test-XXXXXX";
static const uint8_t key[ASSAY_FINGERPRINT_KEY_SIZE] = {1, 2, 3};

/* What one audit by one worker came to. */
struct outcome {
    int result;
    json_t *report;
    struct assay_error err;
};

static char last_path[256]; /* of the progress told last */

static bool note_progress(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries,
                          const char *path)
{
    (void)ctx;
    (void)bytes;
    (void)total;
    (void)entries;
    snprintf(last_path, sizeof(last_path), "%s", path);
    return true;
}

static bool cancel(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries, const char *path)
{
    (void)ctx;
    (void)bytes;
    (void)total;
    (void)entries;
    (void)path;
    return false;
}

static int make_artifact(void)
{
    int fd = memfd_create("artifact", MFD_CLOEXEC);

    ck_assert_int_eq(assay_fs_write_all(fd, CONTENT, strlen(CONTENT)), 0);
    return fd;
}

/* A policy that lets everything pass that it can. */
static json_t *loose_policy(void)
{
    json_t *policy = policy_of_few_rules();

    json_object_set_new(json_object_get(policy, "block"), "unaudited", json_string("never"));
    json_object_set_new(json_object_get(policy, "budget"), "seconds", json_integer(60));
    return policy;
}

static struct outcome run_worker(const char *worker, json_t *policy, bool allow_unsandboxed)
{
    struct outcome outcome = {0};
    _cleanup_close_ int fd = make_artifact();
    const struct assay_audit_job job = {
        .fd = fd,
        .name = "a.wsl",
        .policy = policy,
        .fingerprint_key = key,
        .worker = worker,
        .spool_dir = folder,
        .allow_unsandboxed = allow_unsandboxed,
        .progress = note_progress,
    };

    outcome.result = assay_audit_run(&job, &outcome.report, &outcome.err);
    return outcome;
}

static struct outcome run_fake(const char *mode, bool allow_unsandboxed)
{
    char link[256];
    _cleanup_json_ json_t *policy = loose_policy();

    snprintf(link, sizeof(link), "%s/%s", folder, mode);
    unlink(link);
    ck_assert_int_eq(symlink(FAKE, link), 0);
    if (strcmp(mode, "hang") == 0)
        json_object_set_new(json_object_get(policy, "budget"), "seconds", json_integer(1));
    return run_worker(link, policy, allow_unsandboxed);
}

START_TEST(a_report_that_holds_is_taken)
{
    struct outcome outcome = run_fake("good", true);
    const json_t *sandbox;

    ck_assert_msg(outcome.result == 0, "%s", outcome.err.text);
    ck_assert_str_eq(assay_json_string(outcome.report, "verdict", ""), "pass");
    ck_assert_str_eq(last_path, "a?[2Jb"); /* nothing that steers a terminal */
    /* It claimed a filter; the kernel knows better. */
    sandbox = json_object_get(outcome.report, "sandbox");
    ck_assert(!assay_json_bool(sandbox, "seccomp", true));
    json_decref(outcome.report);
}
END_TEST

START_TEST(a_report_without_a_digest_gets_the_coordinators)
{
    struct outcome outcome = run_fake("no-digest", true);
    const json_t *artifact = json_object_get(outcome.report, "artifact");
    uint8_t digest[ASSAY_SHA256_SIZE];
    char expected[ASSAY_SHA256_HEX];

    ck_assert_msg(outcome.result == 0, "%s", outcome.err.text);
    ck_assert_str_eq(assay_json_string(outcome.report, "verdict", ""), "pass");
    ck_assert_int_eq(assay_sha256(CONTENT, strlen(CONTENT), digest), 0);
    assay_hex_encode(digest, sizeof(digest), expected);
    ck_assert_str_eq(assay_json_string(artifact, "sha256", ""), expected);
    json_decref(outcome.report);
}
END_TEST

START_TEST(a_worker_without_a_sandbox_gets_no_artifact)
{
    struct outcome outcome = run_fake("good", false);

    ck_assert_int_eq(outcome.result, -EPERM);
    ck_assert_ptr_nonnull(strstr(outcome.err.text, "not locked down"));
    ck_assert_ptr_null(outcome.report);
}
END_TEST

static const struct {
    const char *mode, *said;
} wrongs[] = {
    {"crash", "signal 11"},
    {"leave", "exit status 0"},
    {"hang", "longer than the 1 seconds"},
    {"no-memory", "out of memory"},
    {"garbage", "a message"},
    {"gigabyte", "longer than"},
    {"unknown-message", "none that is known"},
    {"flood", "more messages"},
    {"ready-twice", "twice"},
    {"writing", "changed while it was read"},
    {"wrong-digest", "digest"},
    {"wrong-size", "size"},
    {"wrong-name", "name"},
    {"wrong-sum", "more was read than in all"},
    {"wrong-raw", "more was read than in all"},
    {"silent-unread", "no finding of them"},
    {"wrong-policy", "policy"},
    {"wrong-verdict", "verdict"},
    {"wrong-shape", "schema"},
    {"bypass", "bypass"},
    {"late-cache", "asked for the cache"},
    {"learning", "digest"},
};

/* Even by a policy that lets unaudited places pass. */
START_TEST(a_worker_that_does_wrong_leaves_the_audit_incomplete)
{
    struct outcome outcome = run_fake(wrongs[_i].mode, true);
    struct assay_error err = {0};
    const json_t *finding;

    ck_assert_msg(outcome.result == 0, "%s: %s", wrongs[_i].mode, outcome.err.text);
    ck_assert_msg(assay_schema_check("report", outcome.report, &err) == 0, "%s", err.text);
    ck_assert_str_eq(assay_json_string(outcome.report, "verdict", ""), "incomplete");
    ck_assert_int_eq((int)json_array_size(json_object_get(outcome.report, "findings")), 1);
    finding = json_array_get(json_object_get(outcome.report, "findings"), 0);
    ck_assert_str_eq(assay_json_string(finding, "rule", ""), "unaudited.worker");
    ck_assert_str_eq(assay_json_string(finding, "status", ""), "blocking");
    ck_assert_msg(strstr(assay_json_string(finding, "message", ""), wrongs[_i].said) != NULL,
                  "%s: %s", wrongs[_i].mode, assay_json_string(finding, "message", ""));
    json_decref(outcome.report);
}
END_TEST

START_TEST(trouble_before_the_artifact_is_an_error)
{
    static const struct {
        const char *mode;
        int result;
        const char *said;
    } rows[] = {
        {"unready-failure", -EINVAL, "a.b does not compile"},
        {"unready-crash", -EPIPE, "signal 11"},
        {"early-report", -EPROTO, "before it had the artifact"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct outcome outcome = run_fake(rows[i].mode, true);

        ck_assert_int_eq(outcome.result, rows[i].result);
        ck_assert_msg(strstr(outcome.err.text, rows[i].said) != NULL, "%s", outcome.err.text);
    }
}
END_TEST

START_TEST(requests_are_answered)
{
    struct outcome outcome = run_fake("odd-format", true);
    const json_t *coverage = json_object_get(outcome.report, "coverage");

    ck_assert_int_eq((int)assay_json_int(coverage, "bytes", -1), EINVAL);
    json_decref(outcome.report);
    outcome = run_fake("device-as-disk", true);
    coverage = json_object_get(outcome.report, "coverage");
    ck_assert_int_eq((int)assay_json_int(coverage, "bytes", -1), EINVAL);
    json_decref(outcome.report);
    outcome = run_fake("many-disks", true);
    coverage = json_object_get(outcome.report, "coverage");
    ck_assert_int_eq((int)assay_json_int(coverage, "bytes", -1), EMFILE);
    ck_assert_int_eq((int)assay_json_int(coverage, "entries", -1), SESSION_NBD_MAX + 1);
    json_decref(outcome.report);
    outcome = run_fake("spool", true);
    coverage = json_object_get(outcome.report, "coverage");
    ck_assert_int_eq((int)assay_json_int(coverage, "bytes", -1), 3);
    ck_assert_int_eq((int)assay_json_int(coverage, "entries", -1), 0); /* it has no name */
    json_decref(outcome.report);
}
END_TEST

START_TEST(an_audit_can_be_canceled)
{
    _cleanup_json_ json_t *policy = loose_policy();
    _cleanup_close_ int fd = make_artifact();
    const struct assay_audit_job job = {.fd = fd,
                                        .name = "a.wsl",
                                        .policy = policy,
                                        .fingerprint_key = key,
                                        .worker = WORKER,
                                        .progress = cancel};
    json_t *report = NULL;
    struct assay_error err = {0};

    ck_assert_int_eq(assay_audit_run(&job, &report, &err), -ECANCELED);
    ck_assert_ptr_null(report);
}
END_TEST

START_TEST(what_cannot_be_started_is_named)
{
    _cleanup_json_ json_t *policy = loose_policy();
    struct outcome outcome = run_worker("/nowhere/assay-audit", policy, true);

    ck_assert_int_eq(outcome.result, -ENOENT);
    ck_assert_ptr_nonnull(strstr(outcome.err.text, "/nowhere/assay-audit"));
}
END_TEST

START_TEST(the_real_worker_is_locked_down_and_tells_the_truth)
{
    _cleanup_json_ json_t *policy = loose_policy();
    struct outcome outcome = run_worker(WORKER, policy, false);
    const json_t *artifact = json_object_get(outcome.report, "artifact");

    ck_assert_msg(outcome.result == 0, "%s", outcome.err.text);
    ck_assert_int_eq((int)assay_json_int(artifact, "size", -1), (int)strlen(CONTENT));
    ck_assert(assay_json_bool(json_object_get(outcome.report, "sandbox"), "seccomp", false));
    json_decref(outcome.report);
}
END_TEST

/* What does not change from one audit of an artifact to the next. */
static char *lasting(json_t *report)
{
    char *text;

    json_object_del(report, "started");
    json_object_del(report, "seconds");
    text = json_dumps(report, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(report);
    return text;
}

#define TOKEN           \
    "ghp_8tViZ1sMxLgpn" \
    "3J1RJiuLyktiYJBiA0TESSq"

static char *audit_cached(const char *cache)
{
    _cleanup_json_ json_t *policy = loose_policy();
    _cleanup_close_ int fd = memfd_create("artifact", MFD_CLOEXEC);
    const struct assay_audit_job job = {.fd = fd,
                                        .name = "a.wsl",
                                        .policy = policy,
                                        .fingerprint_key = key,
                                        .worker = WORKER,
                                        .spool_dir = folder,
                                        .cache_dir = cache};
    struct assay_error err = {0};
    json_t *report = NULL;

    for (int i = 0; i < 100000; i++)
        ck_assert_int_gt(dprintf(fd, i == 50000 ? TOKEN "\n" : "line %d\n", i), 0);
    ck_assert_msg(assay_audit_run(&job, &report, &err) == 0, "%s", err.text);
    return lasting(report);
}

static unsigned count_files(const char *path, const char *prefix)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    unsigned n = 0;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)))
        n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    closedir(dir);
    return n;
}

START_TEST(a_warm_cache_changes_nothing_in_the_report)
{
    _cleanup_free_ char *without = audit_cached(NULL);
    char cache[256];

    snprintf(cache, sizeof(cache), "%s/deep/cache", folder);
    for (int i = 0; i < 2; i++) {
        _cleanup_free_ char *with = audit_cached(cache);

        ck_assert_str_eq(with, without);
        ck_assert_uint_eq(count_files(cache, "rules-"), 1);
        ck_assert_uint_eq(count_files(cache, "seen-"), 1);
    }
    ck_assert_ptr_nonnull(strstr(without, "forges.github-pat"));
}
END_TEST

static void *audit_some(void *cache)
{
    free(audit_cached(cache));
    return audit_cached(cache);
}

START_TEST(audits_share_a_cache)
{
    _cleanup_free_ char *without = audit_cached(NULL);
    char cache[256];
    pthread_t threads[2];

    snprintf(cache, sizeof(cache), "%s/shared", folder);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, audit_some, cache), 0);
    for (size_t i = 0; i < 2; i++) {
        void *with;

        pthread_join(threads[i], &with);
        ck_assert_str_eq(with, without);
        free(with);
    }
    ck_assert_uint_eq(count_files(cache, ".tmp-"), 0);
}
END_TEST

START_TEST(the_fingerprint_key_is_made_once)
{
    char path[256];
    uint8_t first[ASSAY_FINGERPRINT_KEY_SIZE], again[ASSAY_FINGERPRINT_KEY_SIZE];
    struct assay_error err = {0};

    snprintf(path, sizeof(path), "%s/fingerprint.key", folder);
    ck_assert_int_eq(assay_audit_fingerprint_key(path, first, &err), 0);
    ck_assert_int_eq(assay_audit_fingerprint_key(path, again, &err), 0);
    ck_assert_mem_eq(first, again, sizeof(first));
    ck_assert_int_eq(truncate(path, 5), 0);
    ck_assert_int_eq(assay_audit_fingerprint_key(path, again, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, path));
}
END_TEST

struct key_maker {
    pthread_barrier_t *start;
    const char *path;
    uint8_t key[ASSAY_FINGERPRINT_KEY_SIZE];
    int result;
};

static void *make_key(void *arg)
{
    struct key_maker *maker = arg;
    struct assay_error err = {0};

    pthread_barrier_wait(maker->start);
    maker->result = assay_audit_fingerprint_key(maker->path, maker->key, &err);
    return NULL;
}

START_TEST(those_who_make_the_fingerprint_key_at_once_get_the_same)
{
    enum { MAKERS = 8, ROUNDS = 20 };
    struct key_maker makers[MAKERS];
    pthread_t threads[MAKERS];
    pthread_barrier_t start;
    char path[256];

    pthread_barrier_init(&start, NULL, MAKERS);
    for (int round = 0; round < ROUNDS; round++) {
        snprintf(path, sizeof(path), "%s/made-%d.key", folder, round);
        for (int i = 0; i < MAKERS; i++) {
            makers[i] = (struct key_maker){.start = &start, .path = path};
            ck_assert_int_eq(pthread_create(&threads[i], NULL, make_key, &makers[i]), 0);
        }
        for (int i = 0; i < MAKERS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < MAKERS; i++) {
            ck_assert_int_eq(makers[i].result, 0);
            ck_assert_mem_eq(makers[i].key, makers[0].key, sizeof(makers[i].key));
        }
    }
    pthread_barrier_destroy(&start);
}
END_TEST

START_TEST(a_sibling_stands_beside_the_running_program)
{
    _cleanup_free_ char *path = assay_audit_sibling("assay-audit");

    ck_assert_ptr_nonnull(strstr(path, "/tests/assay-audit"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit_coordinator");
    TCase *tests = tcase_create("audit_coordinator");
    SRunner *runner;
    int failed;

    if (!mkdtemp(folder))
        return 1;
    tcase_add_test(tests, a_report_that_holds_is_taken);
    tcase_add_test(tests, a_report_without_a_digest_gets_the_coordinators);
    tcase_add_test(tests, a_worker_without_a_sandbox_gets_no_artifact);
    tcase_add_loop_test(tests, a_worker_that_does_wrong_leaves_the_audit_incomplete, 0,
                        (int)(sizeof(wrongs) / sizeof(*wrongs)));
    tcase_add_test(tests, trouble_before_the_artifact_is_an_error);
    tcase_add_test(tests, requests_are_answered);
    tcase_add_test(tests, an_audit_can_be_canceled);
    tcase_add_test(tests, what_cannot_be_started_is_named);
    tcase_add_test(tests, the_real_worker_is_locked_down_and_tells_the_truth);
    tcase_add_test(tests, a_warm_cache_changes_nothing_in_the_report);
    tcase_add_test(tests, audits_share_a_cache);
    tcase_add_test(tests, the_fingerprint_key_is_made_once);
    tcase_add_test(tests, those_who_make_the_fingerprint_key_at_once_get_the_same);
    tcase_add_test(tests, a_sibling_stands_beside_the_running_program);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    assay_fs_remove_tree(folder, NULL);
    return failed != 0;
}
