/* Policies: verdicts and waivers. */
#include "policy_fixture.h"
#include "suite.h"

#define PRINT_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PRINT_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static json_t *finding(const char *class, const char *rule, const char *severity, const char *path,
                       const char *print)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:i}", "id", "F1", "class",
                     class, "rule", rule, "severity", severity, "path", path, "offset", 0,
                     "fingerprint", print, "message", "m", "help", "h", "place_count", 1);
}

/* A report with everything but what the judge writes. `findings` is taken over. */
static json_t *report_of(json_t *findings)
{
    char sum[65];

    memset(sum, '0', 64);
    sum[64] = '\0';
    return json_pack(
        "{s:s, s:{s:s, s:s}, s:{s:s, s:s, s:i, s:s}, s:{s:s, s:s, s:s, s:[]},"
        "s:{s:b, s:i, s:b}, s:{s:i, s:i, s:[], s:{}, s:[], s:i, s:[], s:i}, s:s, s:f, s:o}",
        "schema", "assay.report/1", "tool", "name", "assay", "version", "1", "artifact", "name",
        "x.wsl", "sha256", sum, "size", 1, "format", "tar", "policy", "name", "p", "digest", sum,
        "rules_digest", sum, "layers", "sandbox", "seccomp", 1, "landlock", 1, "rlimits", 1,
        "coverage", "bytes", 1, "entries", 1, "formats", "in", "raw", "raw_more", 0, "unread",
        "unread_more", 0, "started", "2026-11-21T03:00:00Z", "seconds", 1.0, "findings", findings);
}

static json_t *judge_one(const json_t *policy, json_t *one, const char *today)
{
    json_t *report = report_of(json_pack("[o]", one));
    struct assay_error err = {0};

    ck_assert_msg(assay_policy_judge(policy, report, today, &err) == 0, "%s", err.text);
    ck_assert_msg(assay_schema_check("report", report, &err) == 0, "%s", err.text);
    return report;
}

static const char *status_of(const json_t *report)
{
    return assay_json_string(json_array_get(json_object_get(report, "findings"), 0), "status", "");
}

START_TEST(a_class_blocks_from_its_threshold_on)
{
    static const struct {
        const char *class, *severity, *status, *verdict;
    } rows[] = {
        {"secret", "low", "blocking", "reject"},
        {"secret", "info", "informational", "pass"},
        {"identity", "high", "blocking", "reject"},
        {"identity", "low", "blocking", "reject"},
        {"personal", "low", "informational", "pass"},
        {"personal", "medium", "blocking", "reject"},
        {"hygiene", "low", "informational", "pass"},
        {"hygiene", "medium", "blocking", "reject"},
        {"nixos", "critical", "blocking", "reject"},
        {"wsl", "medium", "informational", "pass"},
        {"wsl", "high", "blocking", "reject"},
        {"unaudited", "info", "blocking", "incomplete"},
    };
    json_t *policy = NULL;

    ck_assert_int_eq(assay_policy_load(NULL, &policy, NULL), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *report = judge_one(
            policy, finding(rows[i].class, "a.b", rows[i].severity, "/x", PRINT_A), "2026-11-21");
        const json_t *summary = json_object_get(report, "summary");

        ck_assert_str_eq(status_of(report), rows[i].status);
        ck_assert_str_eq(assay_json_string(report, "verdict", ""), rows[i].verdict);
        ck_assert_int_eq(assay_json_int(json_object_get(summary, "by_class"), rows[i].class, 0), 1);
        ck_assert_uint_eq(json_object_size(json_object_get(summary, "by_rule")), 1);
        json_decref(report);
    }
    json_decref(policy);
}
END_TEST

START_TEST(what_else_blocks_outweighs_what_is_unaudited)
{
    json_t *policy = NULL;
    json_t *report = report_of(
        json_pack("[o, o]", finding("unaudited", "unaudited.corrupt", "high", "/x", PRINT_A),
                  finding("secret", "a.b", "high", "/x", PRINT_B)));

    ck_assert_int_eq(assay_policy_load(NULL, &policy, NULL), 0);
    ck_assert_int_eq(assay_policy_judge(policy, report, "2026-11-21", NULL), 0);
    ck_assert_str_eq(assay_json_string(report, "verdict", ""), "reject");
    ck_assert_int_eq(assay_json_int(json_object_get(report, "summary"), "blocking", 0), 2);
    json_decref(report);
    report = report_of(json_array());
    ck_assert_int_eq(assay_policy_judge(policy, report, "2026-11-21", NULL), 0);
    ck_assert_str_eq(assay_json_string(report, "verdict", ""), "pass");
    json_decref(report);
    json_decref(policy);
}
END_TEST

START_TEST(what_was_dropped_was_not_judged)
{
    json_t *policy = NULL, *report = report_of(json_array());

    ck_assert_int_eq(assay_policy_load(NULL, &policy, NULL), 0);
    json_object_set_new(report, "summary", json_pack("{s:i}", "dropped", 3));
    ck_assert_int_eq(assay_policy_judge(policy, report, "2026-11-21", NULL), 0);
    ck_assert_str_eq(assay_json_string(report, "verdict", ""), "incomplete");
    ck_assert_int_eq(assay_json_int(json_object_get(report, "summary"), "dropped", 0), 3);
    json_decref(report);
    json_decref(policy);
}
END_TEST

START_TEST(a_waiver_counts_up_to_its_day)
{
    static const struct {
        const char *today, *print, *status, *refused;
    } rows[] = {
        {"2027-01-30", PRINT_A, "waived", NULL},
        {"2027-01-31", PRINT_A, "waived", NULL},
        {"2027-02-01", PRINT_A, "blocking", "expired"},
        {"2027-01-30", PRINT_B, "blocking", NULL},
    };
    json_t *policy;

    layer("p", "\"waivers\": [{\"fingerprint\": \"" PRINT_A "\", \"by\": \"ops\", \"reason\":"
               "\"a test key\", \"expires\": \"2027-01-31\"}]");
    policy = load("p.json");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *report =
            judge_one(policy, finding("secret", "a.b", "high", "/x", rows[i].print), rows[i].today);
        const json_t *summary = json_object_get(report, "summary");
        const json_t *waiver =
            json_object_get(json_array_get(json_object_get(report, "findings"), 0), "waiver");

        ck_assert_str_eq(status_of(report), rows[i].status);
        ck_assert_str_eq(assay_json_string(waiver, "refused", "no"),
                         rows[i].refused ? rows[i].refused : "no");
        ck_assert_int_eq(assay_json_int(summary, "waivers_expired", 0), rows[i].refused != NULL);
        ck_assert_int_eq(assay_json_int(summary, "waived", 0),
                         strcmp(rows[i].status, "waived") == 0);
        json_decref(report);
    }
    json_decref(policy);
}
END_TEST

#define WAIVER_A                                                                               \
    "\"waivers\": [{\"fingerprint\": \"" PRINT_A "\", \"by\": \"ops\", \"reason\": \"known\"," \
    "\"expires\": \"2099-01-01\"}]"

START_TEST(a_waiver_by_rule_covers_all_places_or_none)
{
    static const struct {
        const char *rule, *path, *status;
    } rows[] = {
        {"generic.password", "/srv/tests/*", "waived"},
        {"generic.*", "/srv/tests/*", "waived"},
        {"generic.*", "*", "waived"},
        {"generic.*", "/srv/tests/a", "blocking"}, /* the second place is not covered */
        {"forges.*", "/srv/tests/*", "blocking"},
        {"generic", "/srv/tests/*", "blocking"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *policy = json_pack("{s:{s:s}, s:[{s:s, s:s, s:s, s:s, s:s}]}", "block", "secret",
                                   "low", "waivers", "rule", rows[i].rule, "path", rows[i].path,
                                   "by", "ops", "reason", "test data", "expires", "2026-12-31");
        json_t *one = finding("secret", "generic.password", "high", "/srv/tests/a", PRINT_A);
        json_t *report;

        json_object_set_new(one, "place_count", json_integer(2));
        json_object_set_new(one, "places",
                            json_pack("[{s:s, s:i}]", "path", "/srv/tests/b", "offset", 0));
        report = judge_one(policy, one, "2026-11-21");
        ck_assert_msg(strcmp(status_of(report), rows[i].status) == 0, "row %zu: %s", i,
                      status_of(report));
        json_decref(report);
        report = judge_one(policy,
                           finding("secret", "generic.password", "high", "/srv/tests/b", PRINT_B),
                           "2027-01-01");
        ck_assert_str_eq(status_of(report), "blocking");
        json_decref(report);
        json_decref(policy);
    }
}
END_TEST

START_TEST(a_lock_stands_against_waivers_from_above_only)
{
    json_t *policy, *report;

    layer("low", "\"rules\": {\"hygiene.machine-id\": {\"locked\": true}}");
    layer("top", "\"extends\": \"low.json\", " WAIVER_A);
    policy = load("top.json");
    report = judge_one(policy, finding("hygiene", "hygiene.machine-id", "high", "/x", PRINT_A),
                       "2026-11-21");
    ck_assert_str_eq(status_of(report), "blocking");
    ck_assert_int_eq(assay_json_int(json_object_get(report, "summary"), "waivers_locked", 0), 1);
    json_decref(report);
    json_decref(policy);

    layer("low", "\"rules\": {\"hygiene.machine-id\": {\"locked\": true}}, " WAIVER_A);
    policy = load("low.json");
    report = judge_one(policy, finding("hygiene", "hygiene.machine-id", "high", "/x", PRINT_A),
                       "2026-11-21");
    ck_assert_str_eq(status_of(report), "waived");
    json_decref(report);
    /* A waiver that was added to the resolved policy stands above all layers. */
    json_object_del(json_array_get(json_object_get(policy, "waivers"), 0), "level");
    report = judge_one(policy, finding("hygiene", "hygiene.machine-id", "high", "/x", PRINT_A),
                       "2026-11-21");
    ck_assert_str_eq(status_of(report), "blocking");
    json_decref(report);
    json_decref(policy);
}
END_TEST

START_TEST(a_lock_stands_against_thresholds_and_allowances_from_above)
{
    json_t *policy, *report;

    layer("low", "\"rules\": {\"hygiene.machine-id\": {\"locked\": true}, \"unaudited.*\":"
                 "{\"locked\": true}}");
    layer("top", "\"extends\": \"low.json\", \"block\": {\"hygiene\": \"never\"},"
                 "\"allow_unaudited\": [{\"path\": \"*\", \"reason\": \"all of it\"}]");
    policy = load("top.json");
    report = judge_one(policy, finding("hygiene", "hygiene.machine-id", "high", "/x", PRINT_A),
                       "2026-11-21");
    ck_assert_str_eq(status_of(report), "blocking");
    json_decref(report);
    report = judge_one(policy, finding("hygiene", "hygiene.shadow-hash", "high", "/x", PRINT_A),
                       "2026-11-21");
    ck_assert_str_eq(status_of(report), "informational");
    json_decref(report);
    for (size_t i = 0; i < 2; i++) {
        const char *rule = i ? "unaudited.corrupt" : "unaudited.forges.github-pat";

        report = judge_one(policy, finding("unaudited", rule, "high", "/x", PRINT_A), "2026-11-21");
        ck_assert_str_eq(status_of(report), "blocking");
        json_decref(report);
    }
    json_decref(policy);
}
END_TEST

START_TEST(what_need_not_be_read_is_allowed_place_by_place)
{
    json_t *policy, *report, *one;

    layer("p", "\"allow_unaudited\": [{\"path\": \"/opt/*.img\", \"reason\": \"a vendor's\"}]");
    policy = load("p.json");
    report = judge_one(
        policy, finding("unaudited", "unaudited.unsupported", "high", "/opt/a/b.img", PRINT_A),
        "2026-11-21");
    ck_assert_str_eq(status_of(report), "waived");
    ck_assert_str_eq(assay_json_string(report, "verdict", ""), "pass");
    json_decref(report);

    one = finding("unaudited", "unaudited.unsupported", "high", "/opt/b.img", PRINT_A);
    json_object_set_new(one, "places", json_pack("[{s:s, s:i}]", "path", "/b.img", "offset", -1));
    json_object_set_new(one, "place_count", json_integer(2));
    report = judge_one(policy, one, "2026-11-21");
    ck_assert_str_eq(assay_json_string(report, "verdict", ""), "incomplete");
    json_decref(report);

    /* A place that is not listed may be anywhere. */
    one = finding("unaudited", "unaudited.unsupported", "high", "/opt/b.img", PRINT_A);
    json_object_set_new(one, "place_count", json_integer(2));
    report = judge_one(policy, one, "2026-11-21");
    ck_assert_str_eq(status_of(report), "blocking");
    json_decref(report);

    /* Only what is unaudited can be allowed so. */
    report =
        judge_one(policy, finding("secret", "a.b", "high", "/opt/b.img", PRINT_A), "2026-11-21");
    ck_assert_str_eq(status_of(report), "blocking");
    json_decref(report);
    json_decref(policy);
}
END_TEST

START_TEST(what_a_report_says_of_itself_is_not_believed)
{
    json_t *policy = NULL, *one = finding("secret", "a.b", "critical", "/x", PRINT_A), *report;

    ck_assert_int_eq(assay_policy_load(NULL, &policy, NULL), 0);
    json_object_set_new(one, "status", json_string("waived"));
    json_object_set_new(one, "origin", json_string("upstream"));
    json_object_set_new(one, "waiver", json_pack("{s:s, s:s}", "by", "me", "reason", "me"));
    report = report_of(json_pack("[o]", one));
    json_object_set_new(report, "verdict", json_string("pass"));
    json_object_set_new(report, "summary", json_pack("{s:i}", "blocking", 0));
    ck_assert_int_eq(assay_policy_judge(policy, report, "2026-11-21", NULL), 0);
    ck_assert_str_eq(assay_json_string(report, "verdict", ""), "reject");
    ck_assert_str_eq(status_of(report), "blocking");
    ck_assert_str_eq(assay_json_string(one, "origin", ""), "local");
    ck_assert_ptr_null(json_object_get(one, "waiver"));
    json_decref(report);
    json_decref(policy);
}
END_TEST

START_TEST(a_report_that_is_none_is_refused)
{
    static const char *const rows[] = {
        "{}",
        "[]",
        "null",
        "\"findings\"",
        "{\"findings\": {}}",
        "{\"findings\": [1]}",
        "{\"findings\": [null]}",
        "{\"findings\": [{}]}",
        "{\"findings\": [{\"class\": \"secret\"}]}",
        "{\"findings\": [{\"class\": \"secret\", \"severity\": \"low\"}]}",
        "{\"findings\": [{\"class\": \"secret\", \"severity\": 7, \"rule\": \"a.b\"}]}",
        "{\"findings\": [{\"class\": [], \"severity\": \"low\", \"rule\": \"a.b\"}]}",
    };
    json_t *policy = NULL;

    ck_assert_int_eq(assay_policy_load(NULL, &policy, NULL), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *report = NULL;
        struct assay_error err = {0};

        ck_assert_int_eq(assay_json_parse(rows[i], strlen(rows[i]), "row", &report, &err), 0);
        ck_assert_int_eq(assay_policy_judge(policy, report, "2026-11-21", &err), -EINVAL);
        ck_assert(err.text[0]);
        json_decref(report);
    }
    json_decref(policy);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_class_blocks_from_its_threshold_on,
                                  what_else_blocks_outweighs_what_is_unaudited,
                                  what_was_dropped_was_not_judged,
                                  a_waiver_counts_up_to_its_day,
                                  a_waiver_by_rule_covers_all_places_or_none,
                                  a_lock_stands_against_waivers_from_above_only,
                                  a_lock_stands_against_thresholds_and_allowances_from_above,
                                  what_need_not_be_read_is_allowed_place_by_place,
                                  what_a_report_says_of_itself_is_not_believed,
                                  a_report_that_is_none_is_refused,
                                  NULL};

    return suite_run("policy_judge", tests, set_up, tear_down);
}
