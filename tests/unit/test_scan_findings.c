/* The collector of findings: fingerprints, merging, caps, and that no secret gets into the JSON. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scan/finding.h"
#include "suite.h"

static const uint8_t key[FINDING_KEY_SIZE] = {1, 2, 3};

static struct finding_hit hit_of(const char *rule, const char *path, const char *secret)
{
    return (struct finding_hit){
        .class = FINDING_SECRET,
        .rule = rule,
        .severity = SEVERITY_HIGH,
        .container = "",
        .path = path,
        .offset = 7,
        .line = 2,
        .secret = (const uint8_t *)secret,
        .secret_len = secret ? strlen(secret) : 0,
        .keep = 4,
        .message = "A token",
        .help = "Revoke it",
    };
}

static json_t *json_of(struct findings *findings)
{
    uint64_t dropped = 99;
    json_t *json = findings_json(findings, &dropped);

    ck_assert_ptr_nonnull(json);
    ck_assert_uint_eq(dropped, 0);
    return json;
}

static const char *text_at(const json_t *list, size_t i, const char *name)
{
    return assay_json_string(json_array_get(list, i), name, "(missing)");
}

START_TEST(one_secret_in_two_places_is_one_finding)
{
    struct findings *findings = findings_new(key);
    struct finding_hit hit = hit_of("a.b", "etc/x", "tok_0123456789abcdef");
    json_t *json, *finding;

    ck_assert_int_eq(findings_add(findings, &hit), 0);
    hit.path = "etc/y";
    hit.container = "p2";
    hit.severity = SEVERITY_CRITICAL;
    ck_assert_int_eq(findings_add(findings, &hit), 0);
    ck_assert_int_eq(findings_add(findings, &hit), 0); /* the very same place again */
    json = json_of(findings);
    ck_assert_uint_eq(json_array_size(json), 1);
    finding = json_array_get(json, 0);
    ck_assert_str_eq(text_at(json, 0, "id"), "F1");
    ck_assert_str_eq(text_at(json, 0, "path"), "/etc/x");
    ck_assert_str_eq(text_at(json, 0, "severity"), "critical");
    ck_assert_str_eq(text_at(json, 0, "redacted"), "tok_\xe2\x80\xa6(20)");
    ck_assert_uint_eq(strlen(text_at(json, 0, "fingerprint")), 32);
    ck_assert_int_eq(assay_json_int(finding, "place_count", 0), 2);
    ck_assert_str_eq(text_at(json_object_get(finding, "places"), 0, "path"), "p2/etc/y");
    ck_assert_int_eq(assay_json_int(finding, "line", 0), 2);
    json_decref(json);
    findings_free(findings);
}
END_TEST

START_TEST(a_fingerprint_depends_on_key_class_rule_and_secret_alone)
{
    static const uint8_t other_key[FINDING_KEY_SIZE] = {9};
    struct findings *one = findings_new(key), *two = findings_new(other_key),
                    *three = findings_new(key);
    struct finding_hit hit = hit_of("a.b", "etc/x", "tok_0123456789abcdef");
    json_t *a, *b, *c;

    findings_add(one, &hit);
    findings_add(two, &hit);
    hit.path = "elsewhere";
    findings_add(three, &hit);
    hit.rule = "a.c";
    findings_add(three, &hit);
    a = json_of(one);
    b = json_of(two);
    c = json_of(three);
    ck_assert_str_ne(text_at(a, 0, "fingerprint"), text_at(b, 0, "fingerprint"));
    ck_assert_str_eq(text_at(a, 0, "fingerprint"), text_at(c, 0, "fingerprint"));
    ck_assert_str_ne(text_at(c, 0, "fingerprint"), text_at(c, 1, "fingerprint"));
    json_decref(a);
    json_decref(b);
    json_decref(c);
    findings_free(one);
    findings_free(two);
    findings_free(three);
}
END_TEST

START_TEST(the_worst_comes_first)
{
    struct findings *findings = findings_new(key);
    struct finding_hit low = hit_of("z.low", "a", "secret-number-one"),
                       high = hit_of("b.high", "b", "secret-number-two"),
                       other = hit_of("a.high", "c", "secret-number-three");
    json_t *json;

    low.severity = SEVERITY_LOW;
    findings_add(findings, &low);
    findings_add(findings, &high);
    findings_add(findings, &other);
    json = json_of(findings);
    ck_assert_str_eq(text_at(json, 0, "rule"), "a.high");
    ck_assert_str_eq(text_at(json, 1, "rule"), "b.high");
    ck_assert_str_eq(text_at(json, 2, "rule"), "z.low");
    ck_assert_str_eq(text_at(json, 2, "id"), "F3");
    json_decref(json);
    findings_free(findings);
}
END_TEST

START_TEST(secrets_are_taken_out_of_paths)
{
    static const struct {
        const char *path, *shown;
    } cases[] = {
        {"srv/TOK_0123456789abcdef/x", "/srv/‹redacted›/x"},
        {"xtok_0123456789ABCDEFtok_0123456789abcdefy", "/x‹redacted›y"},
        {"home/tim/a", "/home/‹redacted›/a"},
        {"usr/share/time/Tim.txt", "/usr/share/time/‹redacted›.txt"},
        {"home/ottilie-brandvold", "/home/‹redacted›"},
        {"home/Brandvold, Ottilie!", "/home/‹redacted›!"},
        {"home/OttilieBrandvold/ottilie", "/home/‹redacted›/ottilie"},
        {"home/ottilie%20brandvold", "/home/‹redacted›"},
        {"home/Jürgen", "/home/‹redacted›"},
        {"home/JÜRGEN", "/home/‹redacted›"},
        {"home/jürgens", "/home/jürgens"},
        {"home/j\xfcrgen", "/home/j\xef\xbf\xbdrgen"},
        {"an a b", "/an a b"},
    };
    struct findings *findings = findings_new(key);
    struct finding_hit hit = hit_of("a.b", "x", "tok_0123456789abcdef");
    json_t *json;

    findings_add(findings, &hit);
    ck_assert_int_eq(findings_hide_identity(findings, "Tim", false), 0);
    ck_assert_int_eq(findings_hide_identity(findings, "Ottilie Brandvold", true), 0);
    ck_assert_int_eq(findings_hide_identity(findings, "jürgen", true), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        hit.path = cases[i].path;
        hit.offset = (int64_t)i + 100;
        ck_assert_int_eq(findings_add(findings, &hit), 0);
    }
    json = json_of(findings);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        json_t *places = json_object_get(json_array_get(json, 0), "places");

        ck_assert_str_eq(text_at(places, i, "path"), cases[i].shown);
    }
    json_decref(json);
    findings_free(findings);
}
END_TEST

START_TEST(no_more_of_a_secret_is_shown_than_a_quarter)
{
    static const struct {
        const char *secret;
        size_t keep;
        const char *shown;
    } cases[] = {
        {"ghp_0123456789abcdef0123456789abcdef0123", 4, "ghp_…(40)"},
        {"ghp_0123456789abcdef0123456789abcdef0123", 99, "ghp_0123…(40)"},
        {"abcdefg", 4, "a…(7)"},
        {"abc", 4, "…(3)"},
        {"a\x01"
         "cdefghijkl",
         3, "a…(12)"},
        {"", 0, "…(0)"},
    };
    char text[64];

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        finding_redact((const uint8_t *)cases[i].secret, strlen(cases[i].secret), cases[i].keep,
                       text, sizeof(text));
        ck_assert_str_eq(text, cases[i].shown);
    }
}
END_TEST

START_TEST(floods_are_capped_and_counted)
{
    struct findings *findings = findings_new(key);
    uint64_t dropped = 0;
    json_t *json;
    char secret[64];

    for (int i = 0; i < FINDING_TOTAL_MAX + 500; i++) {
        struct finding_hit hit;

        snprintf(secret, sizeof(secret), "secret-%08d", i % (FINDING_TOTAL_MAX + 250));
        hit = hit_of("a.b", "x", secret);
        ck_assert_int_eq(findings_add(findings, &hit), 0);
    }
    for (int i = 0; i < 50; i++) {
        struct finding_hit hit = hit_of("a.b", "x", "secret-00000000");

        hit.offset = 1000 + i;
        ck_assert_int_eq(findings_add(findings, &hit), 0);
    }
    json = findings_json(findings, &dropped);
    ck_assert_uint_eq(json_array_size(json), FINDING_TOTAL_MAX);
    ck_assert_uint_eq(dropped, 250);
    for (size_t i = 0; i < json_array_size(json); i++) {
        json_t *finding = json_array_get(json, i);

        if (json_object_get(finding, "places")) {
            ck_assert_int_eq(assay_json_int(finding, "place_count", 0), 51);
            ck_assert_uint_eq(json_array_size(json_object_get(finding, "places")),
                              FINDING_PLACES_MAX - 1);
        }
    }
    json_decref(json);
    findings_free(findings);
}
END_TEST

START_TEST(long_paths_cannot_blow_up_a_report)
{
    struct findings *findings = findings_new(key);
    uint64_t dropped = 0;
    char path[8000], secret[64], *text;
    json_t *json;

    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    for (int i = 0; i < 2000; i++) {
        struct finding_hit hit;

        snprintf(secret, sizeof(secret), "secret-%08d", i);
        hit = hit_of("a.b", path, secret);
        ck_assert_int_eq(findings_add(findings, &hit), 0);
    }
    json = findings_json(findings, &dropped);
    ck_assert_uint_eq(json_array_size(json) + dropped, 2000);
    ck_assert_uint_gt(dropped, 0);
    text = json_dumps(json, 0);
    ck_assert_uint_lt(strlen(text), 8u << 20);
    free(text);
    json_decref(json);
    findings_free(findings);
}
END_TEST

/* The middle that a long path loses may begin or end within a secret. */
START_TEST(a_long_path_is_not_cut_within_a_secret)
{
    static const char secret[] = "tok_0123456789abcdef";
    char path[6000];

    for (size_t at = FINDING_PATH_MAX / 2 - 20; at < FINDING_PATH_MAX / 2; at++) {
        struct findings *findings = findings_new(key);
        struct finding_hit hit = hit_of("a.b", path, secret);
        char *text;
        json_t *json;

        memset(path, '/', sizeof(path) - 1);
        path[sizeof(path) - 1] = 0;
        memcpy(path + at, secret, strlen(secret));
        ck_assert_int_eq(findings_add(findings, &hit), 0);
        json = json_of(findings);
        text = json_dumps(json_object_get(json_array_get(json, 0), "path"), JSON_ENCODE_ANY);
        ck_assert_ptr_null(strstr(text, "tok"));
        free(text);
        json_decref(json);
        findings_free(findings);
    }
}
END_TEST

START_TEST(names_of_classes_and_severities_go_both_ways)
{
    enum finding_class class = FINDING_SECRET;
    enum severity severity = SEVERITY_INFO;

    for (enum finding_class c = FINDING_SECRET; c <= FINDING_UNAUDITED; c++) {
        ck_assert_int_eq(finding_class_parse(finding_class_name(c), &class), 0);
        ck_assert_int_eq(class, c);
    }
    for (enum severity s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++) {
        ck_assert_int_eq(severity_parse(severity_name(s), &severity), 0);
        ck_assert_int_eq(severity, s);
    }
    ck_assert_int_lt(severity_parse("blocker", &severity), 0);
    ck_assert_int_lt(finding_class_parse(NULL, &class), 0);
}
END_TEST

START_TEST(a_place_says_what_holds_it)
{
    static const char *const names[] = {NULL, "deleted", "unallocated", "slack", "metadata", "raw"};
    struct findings *findings = findings_new(key);
    struct finding_hit hit = hit_of("a.b", "etc/x", "tok_0123456789abcdef");
    json_t *json, *places;

    for (int in = ENTRY_IN_FILE; in <= ENTRY_IN_RAW; in++) {
        hit.in = (enum entry_in)in;
        hit.offset++;
        ck_assert_int_eq(findings_add(findings, &hit), 0);
    }
    json = json_of(findings);
    ck_assert_uint_eq(json_array_size(json), 1);
    ck_assert_ptr_null(json_object_get(json_array_get(json, 0), "in"));
    places = json_object_get(json_array_get(json, 0), "places");
    for (int in = ENTRY_IN_DELETED; in <= ENTRY_IN_RAW; in++)
        ck_assert_str_eq(text_at(places, (size_t)in - 1, "in"), names[in]);
    json_decref(json);
    findings_free(findings);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {one_secret_in_two_places_is_one_finding,
                                  a_fingerprint_depends_on_key_class_rule_and_secret_alone,
                                  the_worst_comes_first,
                                  secrets_are_taken_out_of_paths,
                                  no_more_of_a_secret_is_shown_than_a_quarter,
                                  floods_are_capped_and_counted,
                                  long_paths_cannot_blow_up_a_report,
                                  a_long_path_is_not_cut_within_a_secret,
                                  names_of_classes_and_severities_go_both_ways,
                                  a_place_says_what_holds_it,
                                  NULL};

    return suite_run("findings", tests, NULL, NULL);
}
