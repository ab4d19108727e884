/* One artifact's way through walk, inspectors and policy, in this process (so that leaks in it are
 * seen), on real archives. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <assay/fs.h>
#include <assay/policy.h>

#include "audit/run.h"
#include "few_rules.h"

#define TOKEN \
    "ghp_8t"  \
    "ViZ1sMxLgpn3J1RJiuLyktiYJBiA0TESSq"

static char folder[] = "/tmp/assay-test-XXXXXX";

/* Runs a shell command in the test's folder, made empty before. */
static void make(const char *command)
{
    char text[2048];

    snprintf(text, sizeof(text), "cd %s && rm -rf ./* && export LC_ALL=C.UTF-8 && %s", folder,
             command);
    ck_assert_msg(system(text) == 0, "%s", text);
}

static int spool(void *ctx, int *ret, struct assay_error *err)
{
    (void)ctx;
    (void)err;
    *ret = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *ret < 0 ? -1 : 0;
}

static unsigned told;

static void progress(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries, const char *path)
{
    (void)ctx;
    (void)bytes;
    (void)total;
    (void)entries;
    ck_assert_ptr_null(strstr(path, TOKEN));
    told++;
}

static json_t *audit_with(const char *budget_key, int budget)
{
    char path[256];
    _cleanup_json_ json_t *policy = NULL;
    _cleanup_close_ int fd = -1;
    struct message_job job = {.key = {7}, .name = "artifact", .today = "2026-11-21"};
    const struct message_sandbox sandbox = {.seccomp = true, .landlock = 3, .rlimits = true};
    const struct image_host host = {.open_spool = spool, .progress = progress};
    struct audit_run *run = NULL;
    struct assay_error err = {0};
    json_t *report = NULL;

    snprintf(path, sizeof(path), "%s/artifact", folder);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    policy = policy_of_few_rules();
    if (budget_key)
        json_object_set_new(json_object_get(policy, "budget"), budget_key, json_integer(budget));
    job.policy = policy;
    ck_assert_msg(audit_run_new(&job, NULL, &run, &err) == 0, "%s", err.text);
    ck_assert_msg(audit_run_read(run, fd, &sandbox, &host, &report, &err) == 0, "%s", err.text);
    ck_assert_msg(assay_schema_check("report", report, &err) == 0, "%s", err.text);
    audit_run_free(run);
    return report;
}

static json_t *audit(void)
{
    return audit_with(NULL, 0);
}

/* The first finding by this rule; NULL when there is none. */
static const json_t *find(const json_t *report, const char *rule)
{
    const json_t *finding;
    size_t i;

    json_array_foreach(json_object_get(report, "findings"), i, finding)
    {
        if (strcmp(assay_json_string(finding, "rule", ""), rule) == 0)
            return finding;
    }
    return NULL;
}

static void expect_at(const json_t *report, const char *rule, const char *path)
{
    const json_t *finding = find(report, rule);
    _cleanup_free_ char *text = json_dumps(report, JSON_INDENT(1));

    ck_assert_msg(finding != NULL, "no %s in %s", rule, text);
    ck_assert_msg(strstr(assay_json_string(finding, "path", ""), path) != NULL, "%s is not at %s",
                  assay_json_string(finding, "path", ""), path);
}

static void expect_verdict(const json_t *report, const char *verdict)
{
    ck_assert_str_eq(assay_json_string(report, "verdict", ""), verdict);
}

static void expect_hidden(const json_t *report)
{
    _cleanup_free_ char *text = json_dumps(report, JSON_COMPACT);

    ck_assert_ptr_null(strstr(text, TOKEN));
}

START_TEST(a_clean_archive_passes)
{
    json_t *report;

    make("mkdir a && echo hello >a/b && tar -czf artifact a");
    report = audit();
    expect_verdict(report, "pass");
    ck_assert_int_eq((int)json_array_size(json_object_get(report, "findings")), 0);
    ck_assert_int_ge((int)assay_json_int(json_object_get(report, "coverage"), "entries", 0), 2);
    json_decref(report);
}
END_TEST

START_TEST(a_secret_is_found_and_not_repeated)
{
    json_t *report;

    make("mkdir -p home/x && echo token=" TOKEN " >home/x/.netrc && tar -czf artifact home");
    report = audit();
    expect_verdict(report, "reject");
    expect_at(report, "forges.github-pat", "home/x/.netrc");
    expect_hidden(report);
    json_decref(report);
}
END_TEST

START_TEST(a_secret_in_a_name_is_hidden_there_too)
{
    json_t *report;

    make("mkdir -p a && echo x >a/" TOKEN " && head -c 100000 /dev/urandom >a/" TOKEN ".b &&"
         "tar -cf artifact a && truncate -s 50000 artifact");
    report = audit();
    ck_assert_ptr_nonnull(find(report, "forges.github-pat"));
    ck_assert_ptr_nonnull(find(report, "unaudited.corrupt"));
    expect_hidden(report);
    json_decref(report);
}
END_TEST

START_TEST(a_secret_in_a_nested_archive_is_placed)
{
    json_t *report;

    make("echo " TOKEN " >deep && tar -cJf inner.tar.xz deep && rm deep && echo after >z &&"
         "tar -czf artifact inner.tar.xz z");
    report = audit();
    expect_verdict(report, "reject");
    expect_at(report, "forges.github-pat", "inner.tar.xz!deep");
    json_decref(report);
}
END_TEST

START_TEST(a_check_sees_the_content_it_asks_for)
{
    json_t *report;

    make("mkdir etc && echo 0123456789abcdef0123456789abcdef >etc/machine-id && "
         "tar -czf artifact etc");
    report = audit();
    expect_at(report, "hygiene.machine-id", "etc/machine-id");
    json_decref(report);
}
END_TEST

START_TEST(what_is_cut_short_is_incomplete)
{
    json_t *report;
    const json_t *unread;

    make("head -c 300000 /dev/urandom >a && tar -czf artifact a && truncate -s 100000 artifact");
    report = audit();
    expect_verdict(report, "incomplete");
    ck_assert_ptr_nonnull(find(report, "unaudited.corrupt"));
    unread = json_array_get(json_object_get(json_object_get(report, "coverage"), "unread"), 0);
    ck_assert_str_eq(assay_json_string(unread, "reason", ""), "corrupt");
    json_decref(report);
}
END_TEST

START_TEST(what_is_no_format_is_scanned_and_unaudited)
{
    json_t *report;

    make("(head -c 70000 /dev/urandom; echo; echo " TOKEN "; head -c 70000 /dev/urandom) "
         ">artifact");
    report = audit();
    expect_verdict(report, "reject");
    ck_assert_ptr_nonnull(find(report, "forges.github-pat"));
    ck_assert_ptr_nonnull(find(report, "unaudited.unknown"));
    json_decref(report);
}
END_TEST

START_TEST(an_empty_file_is_incomplete)
{
    json_t *report;

    make(": >artifact");
    report = audit();
    expect_verdict(report, "incomplete");
    ck_assert_ptr_nonnull(find(report, "unaudited.empty"));
    json_decref(report);
}
END_TEST

START_TEST(the_policys_budget_holds)
{
    json_t *report;

    make("mkdir a && touch a/1 a/2 a/3 a/4 && tar -czf artifact a");
    report = audit_with("entries", 2);
    expect_verdict(report, "incomplete");
    ck_assert_ptr_nonnull(find(report, "unaudited.budget"));
    json_decref(report);
}
END_TEST

START_TEST(unread_places_are_listed_up_to_a_limit)
{
    json_t *report;
    const json_t *coverage;

    /* Archives within the archive, each cut short. */
    make("head -c 3000 /dev/urandom >r && tar -czf r.tgz r && head -c 1000 r.tgz >cut && mkdir a &&"
         "for i in $(seq 1100); do ln cut a/$i.tgz; done && tar --hard-dereference -cf artifact a");
    report = audit();
    coverage = json_object_get(report, "coverage");
    expect_verdict(report, "incomplete");
    ck_assert_int_eq((int)json_array_size(json_object_get(coverage, "unread")), 1000);
    ck_assert_int_ge((int)assay_json_int(coverage, "unread_more", 0), 100);
    ck_assert_uint_ge(told, 1);
    json_decref(report);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit_run");
    TCase *tests = tcase_create("audit_run");
    SRunner *runner;
    int failed;

    if (!mkdtemp(folder))
        return 1;
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_clean_archive_passes);
    tcase_add_test(tests, a_secret_is_found_and_not_repeated);
    tcase_add_test(tests, a_secret_in_a_name_is_hidden_there_too);
    tcase_add_test(tests, a_secret_in_a_nested_archive_is_placed);
    tcase_add_test(tests, a_check_sees_the_content_it_asks_for);
    tcase_add_test(tests, what_is_cut_short_is_incomplete);
    tcase_add_test(tests, what_is_no_format_is_scanned_and_unaudited);
    tcase_add_test(tests, an_empty_file_is_incomplete);
    tcase_add_test(tests, the_policys_budget_holds);
    tcase_add_test(tests, unread_places_are_listed_up_to_a_limit);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    assay_fs_remove_tree(folder, NULL);
    return failed != 0;
}
