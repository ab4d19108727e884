/* Reports: their schema, their JSON and the exit code they stand for. */
#include "report_fixture.h"
#include "suite.h"

START_TEST(a_full_buffer_is_an_error)
{
    json_t *report = report_of("pass", json_array());
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(100);
    struct assay_error err = {0};

    ck_assert_int_eq(assay_report_render("text", report, NULL, &buf, &err), -EFBIG);
    ck_assert_int_eq(assay_report_render("json", report, NULL, &buf, &err), -EFBIG);
    json_decref(report);
}
END_TEST

START_TEST(json_comes_out_as_it_went_in)
{
    json_t *report = report_of("pass", json_array()), *again;
    _cleanup_free_ char *text = render(report, "json", NULL);
    struct assay_buf buf = ASSAY_BUF(1000);
    struct assay_error err = {0};

    again = parse(text);
    ck_assert(json_equal(report, again));
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    ck_assert_int_eq(assay_report_render("yaml", report, NULL, &buf, &err), -EINVAL);
    has(err.text, "text, json");
    json_decref(again);
    json_decref(report);
}
END_TEST

START_TEST(the_verdict_is_the_exit_code)
{
    json_t *report = report_of("pass", json_array());

    ck_assert_int_eq(assay_report_exit_code(report), 0);
    json_object_set_new(report, "verdict", json_string("reject"));
    ck_assert_int_eq(assay_report_exit_code(report), 1);
    json_object_set_new(report, "verdict", json_string("incomplete"));
    ck_assert_int_eq(assay_report_exit_code(report), 3);
    json_object_del(report, "verdict");
    ck_assert_int_eq(assay_report_exit_code(report), 3);
    json_decref(report);
}
END_TEST

/* Puts `value` at the dotted path; a number is an index. */
static void set_at(json_t *json, const char *path, json_t *value)
{
    _cleanup_free_ char *copy = strdup(path);
    char *last = strrchr(copy, '.'), *save, *part;

    if (last)
        *last = '\0';
    for (part = last ? strtok_r(copy, ".", &save) : NULL; part; part = strtok_r(NULL, ".", &save))
        json = json_is_array(json) ? json_array_get(json, (size_t)atoi(part))
                                   : json_object_get(json, part);
    ck_assert_msg(json != NULL, "%s is not there", path);
    ck_assert_int_eq(json_object_set_new(json, last ? last + 1 : copy, value), 0);
}

START_TEST(the_schema_lets_nothing_else_through)
{
    static const struct {
        const char *path, *value;
    } rows[] = {
        {"schema", "\"assay.report/2\""},
        {"extra", "1"},
        {"verdict", "\"maybe\""},
        {"tool.name", "\"other\""},
        {"artifact.sha256", "\"0\""},
        {"artifact.size", "-1"},
        {"artifact.size", "1.5"},
        {"artifact.path", "\"x\""},
        {"policy.layers", "{}"},
        {"sandbox.seccomp", "1"},
        {"coverage.unread_more", "-1"},
        {"coverage.unread", "[{\"where\": \"x\"}]"},
        {"summary.by_class", "{\"other\": 1}"},
        {"summary.by_severity", "{\"low\": \"1\"}"},
        {"summary.by_rule", "{\"a.b\": -1}"},
        {"started", "\"now\""},
        {"seconds", "-0.5"},
        {"findings", "{}"},
        {"findings", "[{}]"},
        {"findings.0.class", "\"other\""},
        {"findings.0.severity", "\"worst\""},
        {"findings.0.status", "\"fine\""},
        {"findings.0.origin", "\"elsewhere\""},
        {"findings.0.secret", "\"hunter2\""},
        {"findings.0.fingerprint", "\"xyz\""},
        {"findings.0.fingerprint", "\"" PRINT "\\n\""},
        {"findings.0.line", "0"},
        {"findings.0.offset", "-2"},
        {"findings.0.place_count", "0"},
        {"findings.0.places", "[{\"path\": \"x\"}]"},
        {"findings.0.places", "[{\"path\": \"x\", \"offset\": 1, \"bytes\": \"a\"}]"},
        {"findings.0.waiver", "{\"by\": \"a\"}"},
        {"findings.0.rule", "null"},
        {"bypass", "{\"reason\": \"\", \"by\": \"a\"}"},
    };
    static const char *const required[] = {"schema",  "tool",     "artifact", "verdict", "policy",
                                           "sandbox", "coverage", "summary",  "findings"};
    json_t *good = report_of(
        "reject", json_pack("[o]", finding("F1", "secret", "high", "a.b", "/x", "blocking")));
    struct assay_error err = {0};

    ck_assert_msg(assay_schema_check("report", good, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *bad = json_deep_copy(good);
        json_error_t error;

        set_at(bad, rows[i].path, json_loads(rows[i].value, JSON_DECODE_ANY, &error));
        ck_assert_msg(assay_schema_check("report", bad, &err) == -EINVAL, "%s = %s was let through",
                      rows[i].path, rows[i].value);
        json_decref(bad);
    }
    for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++) {
        json_t *bad = json_copy(good);

        json_object_del(bad, required[i]);
        ck_assert_int_eq(assay_schema_check("report", bad, &err), -EINVAL);
        has(err.text, required[i]);
        json_decref(bad);
    }
    json_decref(good);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_full_buffer_is_an_error, json_comes_out_as_it_went_in,
                                  the_verdict_is_the_exit_code,
                                  the_schema_lets_nothing_else_through, NULL};

    return suite_run("report_schema", tests, NULL, NULL);
}
