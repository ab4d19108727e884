/* Every rule of the embedded files against its own examples, by the real engine; and the loader. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan/engine.h"
#include "scan/examples.h"
#include "scan/rules.h"
#include "suite.h"

static const uint8_t key[FINDING_KEY_SIZE] = {1};

static json_t *builtin(void)
{
    json_t *rules = NULL;
    struct assay_error err = {0};

    ck_assert_msg(rules_builtin(&rules, &err) == 0, "%s", err.text);
    ck_assert_uint_gt(json_array_size(rules), 0);
    return rules;
}

static struct scan_engine *engine_of(const json_t *rules, struct findings *findings)
{
    struct scan_engine *engine = NULL;
    struct assay_error err = {0};

    ck_assert_msg(scan_engine_new(rules, NULL, findings, &engine, &err) == 0, "%s", err.text);
    return engine;
}

static void scan(struct scan_engine *engine, const char *container, const char *path,
                 const char *example)
{
    struct scan_stream *stream = NULL;
    uint8_t *text = NULL;
    size_t len = 0;

    ck_assert_int_eq(rules_example(example, &text, &len), 0);
    ck_assert_int_eq(scan_stream_open(engine, container, path, &stream), 0);
    ck_assert_int_eq(scan_stream_feed(stream, text, len, 0), 0);
    free(text);
    ck_assert_int_eq(scan_stream_close(stream), 0);
}

static bool is_at(const json_t *place, const char *path)
{
    return strcmp(assay_json_string(place, "path", ""), path) == 0;
}

/* Whether the rule `id` has a finding at `path`. */
static bool has(const json_t *findings, const char *path, const char *id)
{
    size_t i, j;
    json_t *finding, *place;

    json_array_foreach(findings, i, finding)
    {
        if (strcmp(assay_json_string(finding, "rule", ""), id) != 0)
            continue;
        if (is_at(finding, path))
            return true;
        json_array_foreach(json_object_get(finding, "places"), j, place)
        {
            if (is_at(place, path))
                return true;
        }
    }
    return false;
}

START_TEST(every_rule_finds_its_examples_and_nothing_else)
{
    json_t *rules = builtin(), *wrong = NULL, *one;
    struct assay_error err = {0};
    size_t i, n = 0;

    ck_assert_msg(examples_run(rules, &wrong, &n, &err) == 0, "%s", err.text);
    ck_assert_uint_ge(n, 4 * json_array_size(rules));
    json_array_foreach(wrong, i, one)
    {
        fprintf(stderr, "rule %s: its %s example %d came out wrong\n",
                assay_json_string(one, "rule", "?"), assay_json_string(one, "kind", "?"),
                (int)assay_json_int(one, "number", 0));
    }
    ck_assert_uint_eq(json_array_size(wrong), 0);
    json_decref(wrong);
    json_decref(rules);
}
END_TEST

/* The checks of a system report the hashes of its own accounts; the rules report all others. */
START_TEST(hashes_of_accounts_are_left_to_the_checks)
{
    static const struct {
        const char *container, *path;
        bool found;
    } cases[] = {
        {"", "etc/shadow", false},
        {"", "etc/gshadow-", false},
        {"", "nix/store/abc-users-groups.json", false},
        {"p2", "etc/shadow", false},
        {"disk.raw!p2", "etc/shadow", false},
        {"", "backup/etc/shadow", true},
        {"", "etc/shadow.old", true},
        {"home/x/old.tar", "etc/shadow", true},
        {"disk.raw!home/x/old.tar", "nix/store/abc-users-groups.json", true},
    };
    static const char line[] = "ottilie:$6$AP7uOrh2z5Xv4WE5$/0/gBh1kF/xWf5AaXVGsRgjoead8qB5u/"
                               "OPs4DusZSlF6kKfuk2kbFp9uw4fLBj0n4QD/aYpFXI6WNRw6I1U1.:20000::\n";
    json_t *rules = builtin();
    struct findings *findings = findings_new(key);
    struct scan_engine *engine = engine_of(rules, findings);
    _cleanup_json_ json_t *all = NULL;
    uint64_t dropped = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        scan(engine, cases[i].container, cases[i].path, line);
    all = findings_json(findings, &dropped);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        _cleanup_free_ char *path = finding_path(cases[i].container, cases[i].path);

        ck_assert_msg(has(all, path, "hashes.sha512crypt") == cases[i].found, "%s", path);
    }
    scan_engine_free(engine);
    findings_free(findings);
    json_decref(rules);
}
END_TEST

/* --- the loader ------------------------------------------------------------------------------ */

static json_t *file_of(const char *family, const char *id)
{
    json_t *file =
        json_pack("{s:s, s:s, s:[{s:s, s:s, s:s, s:s, s:s, s:s, s:[s,s], s:[s,s]}]}", "schema",
                  "assay.rules/1", "family", family, "rules", "id", id, "severity", "high", "title",
                  "T", "message", "M", "help", "H", "pattern", "tok_[0-9]{8}", "match",
                  "tok_00000001", "tok_00000002", "nomatch", "a", "b");

    ck_assert_ptr_nonnull(file);
    return file;
}

START_TEST(rule_files_are_checked)
{
    json_t *array = json_array(), *good = file_of("a", "a.one"), *other = file_of("a", "b.one"),
           *unknown = file_of("a", "a.two");
    struct assay_error err = {0};

    ck_assert_int_eq(rules_append(array, good, "good.json", &err), 0);
    ck_assert_str_eq(assay_json_string(json_array_get(array, 0), "family", ""), "a");
    ck_assert_int_eq(rules_append(array, good, "again.json", &err), -EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "again.json"));
    ck_assert_int_eq(rules_append(array, other, "other.json", &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "b.one"));
    json_object_set_new(json_array_get(json_object_get(unknown, "rules"), 0), "patern",
                        json_string("x"));
    ck_assert_int_eq(rules_append(array, unknown, "unknown.json", &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "unknown.json"));
    ck_assert_ptr_nonnull(strstr(err.text, "patern"));
    ck_assert_uint_eq(json_array_size(array), 1);
    json_decref(array);
    json_decref(good);
    json_decref(other);
    json_decref(unknown);
}
END_TEST

START_TEST(the_digest_depends_on_every_rule)
{
    json_t *rules = builtin();
    struct assay_error err = {0};
    char one[65], two[65];

    ck_assert_int_eq(rules_digest(rules, one, &err), 0);
    json_object_set_new(json_array_get(rules, 0), "severity", json_string("info"));
    ck_assert_int_eq(rules_digest(rules, two, &err), 0);
    ck_assert_uint_eq(strlen(one), 64);
    ck_assert_str_ne(one, two);
    json_decref(rules);
}
END_TEST

START_TEST(wrong_rules_are_named)
{
    static const struct {
        const char *key, *value, *says;
    } cases[] = {
        {"pattern", "tok_[0-9", "character"},      {"pattern", "(?:tok_)*", "everywhere"},
        {"prefilter", "tok_(", "prefilter"},       {"check", "crc99", "github-crc32"},
        {"severity", "blocker", "critical, high"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        json_t *file = file_of("a", "a.one"), *rules = json_object_get(file, "rules");
        struct findings *findings = findings_new(key);
        struct scan_engine *engine = NULL;
        struct assay_error err = {0};

        json_object_set_new(json_array_get(rules, 0), cases[i].key, json_string(cases[i].value));
        ck_assert_int_eq(scan_engine_new(rules, NULL, findings, &engine, &err), -EINVAL);
        ck_assert_ptr_null(engine);
        ck_assert_msg(strstr(err.text, "a.one") && strstr(err.text, cases[i].says), "%s", err.text);
        json_decref(file);
        findings_free(findings);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_rule_finds_its_examples_and_nothing_else,
                                  hashes_of_accounts_are_left_to_the_checks,
                                  rule_files_are_checked,
                                  the_digest_depends_on_every_rule,
                                  wrong_rules_are_named,
                                  NULL};

    return suite_run("rules", tests, NULL, NULL);
}
