/* SARIF: what code-scanning viewers are given. The official schema is asked in e2e/test_report. */
#include "report_fixture.h"
#include "suite.h"

/* The log of a report, which is consumed. */
static json_t *sarif_of(json_t *report)
{
    _cleanup_free_ char *text = render(report, "sarif", NULL);
    json_t *sarif = parse(text);

    json_decref(report);
    return sarif;
}

static const json_t *run_of(const json_t *sarif)
{
    return json_array_get(json_object_get(sarif, "runs"), 0);
}

static const json_t *result_of(const json_t *sarif, size_t i)
{
    return json_array_get(json_object_get(run_of(sarif), "results"), i);
}

/* The member at a path such as "locations.0.physicalLocation". */
static const json_t *at(const json_t *json, const char *path)
{
    char part[64];

    while (json && *path) {
        size_t len = strcspn(path, ".");

        snprintf(part, sizeof(part), "%.*s", (int)len, path);
        json = json_is_array(json) ? json_array_get(json, (size_t)atoi(part))
                                   : json_object_get(json, part);
        path += len + (path[len] == '.');
    }
    return json;
}

static void is(const json_t *json, const char *path, const char *text)
{
    const json_t *member = at(json, path);

    ck_assert_msg(json_is_string(member), "%s is no string", path);
    ck_assert_str_eq(json_string_value(member), text);
}

START_TEST(a_finding_is_a_result_of_its_rule)
{
    json_t *one =
        finding("F1", "secret", "critical", "github.pat", "/home/mira/.netrc", "blocking");
    json_t *sarif;
    const json_t *result, *rule;

    json_object_set_new(one, "place_count", json_integer(3));
    json_object_set_new(one, "places",
                        parse("[{\"path\": \"/a.tar!etc/passwd\", \"offset\": 4096, \"in\": "
                              "\"deleted\", \"decoded\": \"base64\"}]"));
    sarif = sarif_of(report_of(
        "reject",
        json_pack("[o, o]", finding("F2", "nixos", "low", "nix.x", "/x", "blocking"), one)));
    is(sarif, "version", "2.1.0");
    is(run_of(sarif), "tool.driver.version", "0.1.0");
    is(run_of(sarif), "automationDetails.id", "assay/leaky.wsl/");
    is(run_of(sarif), "artifacts.0.hashes.sha-256", SUM);
    is(run_of(sarif), "invocations.0.endTimeUtc", "2026-11-21T03:00:02Z");
    result = result_of(sarif, 0);
    is(result, "ruleId", "github.pat");
    is(result, "level", "error");
    is(result, "message.text",
       "A token was found. Found: ghp_\xe2\x80\xa6(40). It stands in 3 places, also in [2](1).");
    is(result, "locations.0.physicalLocation.artifactLocation.uri", "home/mira/.netrc");
    ck_assert_int_eq(json_integer_value(at(result, "occurrenceCount")), 3);
    ck_assert_int_eq(
        json_integer_value(at(result, "locations.0.physicalLocation.region.startLine")), 7);
    is(result, "relatedLocations.0.physicalLocation.artifactLocation.uri", "a.tar!etc/passwd");
    ck_assert_int_eq(
        json_integer_value(at(result, "relatedLocations.0.physicalLocation.region.byteOffset")),
        4096);
    is(result, "relatedLocations.0.message.text", "in a deleted file; encoded: base64");
    is(result, "partialFingerprints.primaryLocationLineHash", PRINT);
    ck_assert_uint_eq(json_array_size(at(result, "suppressions")), 0);
    rule = json_array_get(at(run_of(sarif), "tool.driver.rules"),
                          (size_t)json_integer_value(at(result, "ruleIndex")));
    is(rule, "id", "github.pat");
    is(rule, "help.text", "It opens the door. Revoke it.");
    is(rule, "properties.security-severity", "9.5");
    is(result_of(sarif, 1), "level", "note");
    json_decref(sarif);
}
END_TEST

START_TEST(what_is_waived_is_suppressed_and_upstream_is_informational)
{
    json_t *waived = finding("F1", "secret", "high", "a.waived", "/w", "waived");
    json_t *expired = finding("F2", "secret", "high", "a.expired", "/e", "blocking");
    json_t *upstream = finding("F3", "secret", "high", "a.upstream", "/u", "informational");
    json_t *sarif;

    json_object_set_new(
        waived, "waiver",
        json_pack("{s:s, s:s, s:s}", "by", "ops", "reason", "a test key", "expires", "2027-01-31"));
    json_object_set_new(
        expired, "waiver",
        json_pack("{s:s, s:s, s:s}", "by", "dev", "reason", "soon", "refused", "expired"));
    json_object_set_new(upstream, "origin", json_string("upstream"));
    sarif = sarif_of(report_of("reject", json_pack("[o, o, o]", waived, expired, upstream)));
    is(result_of(sarif, 0), "ruleId", "a.expired");
    ck_assert_uint_eq(json_array_size(at(result_of(sarif, 0), "suppressions")), 0);
    is(result_of(sarif, 1), "suppressions.0.status", "accepted");
    is(result_of(sarif, 1), "suppressions.0.justification",
       "waived by ops until 2027-01-31: a test key");
    is(result_of(sarif, 2), "kind", "informational");
    is(result_of(sarif, 2), "level", "none");
    json_decref(sarif);
}
END_TEST

START_TEST(paths_are_relative_references_that_stay_inside)
{
    static const struct {
        const char *path, *uri;
    } rows[] = {
        {"/etc/passwd", "etc/passwd"},
        {"p2/etc/pass wd", "p2/etc/pass%20wd"},
        {"a.tar!etc/passwd", "a.tar!etc/passwd"},
        {"//host/share", "host/share"},
        {"../../x", "%E2%80%A5/%E2%80%A5/x"},
        {"/a/./b/..", "a/%E2%80%A4/b/%E2%80%A5"},
        {"javascript:alert(1)", "javascript%3Aalert%281%29"},
        {"C:\\Users\\?#%25", "C%3A%5CUsers%5C%3F%23%2525"},
        {"\x01\n\xe2\x80\xae", "%01%0A%E2%80%AE"},
        {"", "leaky.wsl"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *sarif =
            sarif_of(report_of("reject", json_pack("[o]", finding("F1", "secret", "low", "a.b",
                                                                  rows[i].path, "blocking"))));

        is(result_of(sarif, 0), "locations.0.physicalLocation.artifactLocation.uri", rows[i].uri);
        json_decref(sarif);
    }
}
END_TEST

START_TEST(foreign_text_makes_no_link_and_no_markup)
{
    json_t *one = finding("F1", "secret", "high", "a.b", "/x", "blocking"), *sarif;

    json_object_set_new(one, "message",
                        json_string("see [here](https://evil.example) \xe2\x80\xae"));
    json_object_set_new(one, "help", json_string("<img src=x> [a](b) `c`"));
    sarif = sarif_of(report_of("reject", json_pack("[o]", one)));
    is(result_of(sarif, 0), "message.text",
       "see [here] (https://evil.example) \\u{202e} Found: ghp_\xe2\x80\xa6(40).");
    is(run_of(sarif), "tool.driver.rules.0.help.markdown",
       "**Why, and the mend:** \\<img src=x\\> \\[a\\](b) \\`c\\`");
    json_decref(sarif);
}
END_TEST

START_TEST(what_was_not_read_is_a_notification)
{
    json_t *report = report_of("incomplete", json_array()), *sarif;
    json_t *coverage = json_object_get(report, "coverage");

    json_object_set_new(coverage, "unread",
                        parse("[{\"where\": \"a.zip!b c\", \"reason\": \"encrypted\", \"detail\": "
                              "\"needs a password\"}]"));
    json_object_set_new(coverage, "unread_more", json_integer(5));
    json_object_set_new(json_object_get(report, "summary"), "dropped", json_integer(9));
    sarif = sarif_of(report);
    ck_assert(json_is_false(at(run_of(sarif), "invocations.0.executionSuccessful")));
    is(run_of(sarif), "invocations.0.toolExecutionNotifications.0.message.text",
       "Not read in full (encrypted): needs a password");
    is(run_of(sarif),
       "invocations.0.toolExecutionNotifications.0.locations.0.physicalLocation.artifactLocation."
       "uri",
       "a.zip!b%20c");
    is(run_of(sarif), "invocations.0.toolExecutionNotifications.1.message.text",
       "5 more places were not read in full.");
    is(run_of(sarif), "invocations.0.toolExecutionNotifications.2.level", "error");
    json_decref(sarif);
}
END_TEST

START_TEST(one_rule_fills_no_log)
{
    json_t *list = json_array(), *sarif;

    for (int i = 0; i < 1200; i++) {
        char path[16];

        snprintf(path, sizeof(path), "/n%04d", i);
        json_array_append_new(list, finding("F1", "secret", "high", "a.noisy", path, "blocking"));
    }
    json_array_append_new(list, finding("F2", "secret", "low", "a.other", "/o", "blocking"));
    sarif = sarif_of(report_of("reject", list));
    ck_assert_uint_eq(json_array_size(at(run_of(sarif), "results")), 1001);
    is(result_of(sarif, 1000), "ruleId", "a.other");
    is(run_of(sarif), "invocations.0.toolExecutionNotifications.0.message.text",
       "200 more findings of a.noisy are in the JSON report.");
    json_decref(sarif);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_finding_is_a_result_of_its_rule,
                                  what_is_waived_is_suppressed_and_upstream_is_informational,
                                  paths_are_relative_references_that_stay_inside,
                                  foreign_text_makes_no_link_and_no_markup,
                                  what_was_not_read_is_a_notification,
                                  one_rule_fills_no_log,
                                  NULL};

    return suite_run("report_sarif", tests, NULL, NULL);
}
