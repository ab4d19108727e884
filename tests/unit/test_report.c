/* Reports as a person reads them. */
#include "report_fixture.h"
#include "suite.h"

START_TEST(a_person_learns_what_where_why_and_how)
{
    static const char *const parts[] = {
        "REJECT  leaky.wsl",
        "gzip+tar, 12.4 MiB, sha256 0123456789ab\n",
        "tiger-team 0123456789ab (base < tiger-team)",
        "1 blocking, 2 waived, 3 informational",
        "critical  github.pat",
        "A token was found.",
        "/home/mira/.netrc:7",
        "ghp_\xe2\x80\xa6(40)",
        PRINT,
        "Why, and the mend: It opens the door. Revoke it.",
        "everything was read",
        "tar",
    };
    json_t *report =
        report_of("reject", json_pack("[o]", finding("F1", "secret", "critical", "github.pat",
                                                     "/home/mira/.netrc", "blocking")));
    _cleanup_free_ char *text = render(report, "text", NULL);
    struct assay_error err = {0};

    ck_assert_msg(assay_schema_check("report", report, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        has(text, parts[i]);
    has_not(text, "\x1b");
    json_decref(report);
}
END_TEST

START_TEST(coverage_is_read_at_a_glance)
{
    static const char *const parts[] = {
        "read 100.0 MiB in 61,204 entries; not everything was read\n",
        "of that 3.0 KiB of deleted files; 20.0 MiB of unallocated space\n",
        "       2,750        2,750  gzip, 80.0 MiB\n           1       58,454  tar, 1.0 MiB\n",
        ("only raw bytes of p3 (btrfs, 5 bytes), the artifact itself (unknown, 1.0 KiB)\n    and 7 "
         "more\n"),
        "6 places not read in full: 2 corrupt, 1 budget, 3 not listed\n",
    };
    json_t *report = report_of("incomplete", json_array()), *coverage;
    _cleanup_free_ char *text = NULL;
    struct assay_error err = {0};

    coverage = parse(
        "{\"bytes\": 104857600, \"entries\": 61204, \"formats\": ["
        "  {\"format\": \"tar\", \"containers\": 1, \"entries\": 58454, \"bytes\": 1048576},"
        "  {\"format\": \"gzip\", \"containers\": 2750, \"entries\": 2750, \"bytes\": 83886080}],"
        " \"in\": {\"file\": {\"entries\": 9, \"bytes\": 7}, \"deleted\": {\"entries\": 2, "
        "\"bytes\": 3072},"
        "        \"unallocated\": {\"entries\": 1, \"bytes\": 20971520}},"
        " \"raw\": [{\"where\": \"p3\", \"format\": \"btrfs\", \"bytes\": 5},"
        "         {\"where\": \"\", \"format\": \"unknown\", \"bytes\": 1024}], \"raw_more\": 7,"
        " \"unread\": [{\"where\": \"a\", \"reason\": \"corrupt\", \"detail\": \"\"},"
        "            {\"where\": \"b\", \"reason\": \"budget\", \"detail\": \"\"},"
        "            {\"where\": \"c\", \"reason\": \"corrupt\", \"detail\": \"\"}], "
        "\"unread_more\": 3}");
    json_object_set_new(report, "coverage", coverage);
    ck_assert_msg(assay_schema_check("report", report, &err) == 0, "%s", err.text);
    text = render(report, "text", NULL);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        has(text, parts[i]);
    json_decref(report);
}
END_TEST

START_TEST(the_worst_comes_first_and_each_rule_once)
{
    json_t *report = report_of(
        "reject", json_pack("[o, o, o, o, o]",
                            finding("F1", "hygiene", "medium", "z.low", "/five", "blocking"),
                            finding("F2", "secret", "critical", "b.two", "/three", "blocking"),
                            finding("F3", "secret", "critical", "a.one", "/one", "blocking"),
                            finding("F4", "secret", "critical", "b.two", "/four", "blocking"),
                            finding("F5", "secret", "critical", "a.one", "/two", "blocking")));
    static const char *const order[] = {"a.one",  "/one",  "/two",  "b.two",
                                        "/three", "/four", "z.low", "/five"};
    _cleanup_free_ char *text = render(report, "text", NULL);
    const char *at = text;

    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
        const char *found = strstr(at, order[i]);

        ck_assert_msg(found != NULL, "%s is missing or out of order in:\n%s", order[i], text);
        at = found + 1;
    }
    ck_assert_ptr_null(strstr(strstr(text, "a.one") + 1, "a.one"));
    json_decref(report);
}
END_TEST

START_TEST(what_is_waived_or_unaudited_is_listed_and_the_rest_counted)
{
    json_t *waived = finding("F1", "secret", "high", "a.waived", "/w", "waived");
    json_t *expired = finding("F2", "secret", "high", "a.expired", "/e", "blocking");
    json_t *report;
    _cleanup_free_ char *text = NULL, *verbose = NULL;
    const struct assay_report_style style = {.verbose = true};

    json_object_set_new(
        waived, "waiver",
        json_pack("{s:s, s:s, s:s}", "by", "ops", "reason", "a test key", "expires", "2027-01-31"));
    json_object_set_new(expired, "waiver",
                        json_pack("{s:s, s:s, s:s, s:s}", "by", "dev", "reason", "soon", "expires",
                                  "2026-01-31", "refused", "expired"));
    report = report_of(
        "reject",
        json_pack("[o, o, o, o]", waived, expired,
                  finding("F3", "unaudited", "high", "unaudited.corrupt", "/c", "blocking"),
                  finding("F4", "wsl", "info", "a.info", "/i", "informational")));
    json_object_set_new(json_object_get(report, "summary"), "waivers_expired", json_integer(1));
    json_object_set_new(json_object_get(report, "coverage"), "unread_more", json_integer(4));
    text = render(report, "text", NULL);
    has(text, "waived by ops until 2027-01-31: a test key");
    has(text, "expired, renew it or mend this: waived by dev until 2026-01-31:");
    has(text, "1 named by a waiver that has expired");
    has(text, "\"waivers\"");
    has(text, "What was not read in full, and blocks (1)");
    has(text, "Informational: 1, shown when verbose");
    has(text, "4 places not read in full");
    has_not(text, "a.info");
    verbose = render(report, "text", &style);
    has(verbose, "a.info");
    json_decref(report);
}
END_TEST

START_TEST(places_and_findings_beyond_a_few_are_counted)
{
    json_t *one = finding("F1", "secret", "high", "a.one", "/p0", "blocking");
    json_t *places = json_array(), *list = json_pack("[o]", one), *report;
    const struct assay_report_style style = {.verbose = true};
    _cleanup_free_ char *text = NULL, *verbose = NULL;
    char path[16];

    for (int i = 1; i <= 10; i++) {
        snprintf(path, sizeof(path), "/p%d", i);
        json_array_append_new(places, json_pack("{s:s, s:i}", "path", path, "offset", i));
    }
    json_object_set_new(one, "places", places);
    json_object_set_new(one, "place_count", json_integer(1000));
    for (int i = 0; i < 14; i++) {
        snprintf(path, sizeof(path), "/q%d", i);
        json_array_append_new(list, finding("F2", "secret", "high", "a.two", path, "blocking"));
    }
    report = report_of("reject", list);
    text = render(report, "text", NULL);
    has(text, "/p3, byte 3");
    has_not(text, "/p4");
    has(text, "and 996 more places");
    has(text, "/q9");
    has_not(text, "/q10");
    has(text, "and 4 more findings of this rule");
    verbose = render(report, "text", &style);
    has(verbose, "/p10");
    has(verbose, "and 989 more places");
    has(verbose, "/q13");
    json_decref(report);
}
END_TEST

START_TEST(a_terminal_obeys_nothing_that_is_in_a_report)
{
    /* Title and clipboard escapes, C1 controls, a turned writing direction, a faked line. */
    static const char evil[] = "/a\x1b]0;owned\x07\xc2\x9b"
                               "31m\r\nPASS\t\x7f\xe2\x80\xae"
                               "gpj"
                               "\xe2\x80\x8b\xf3\xa0\x81\x81";
    static const char *const keys[] = {"path", "message", "help", "redacted", "rule"};
    json_t *one = finding("F1", "secret", "high", "a.one", evil, "blocking");
    json_t *waived, *report;
    const struct assay_report_style style = {.verbose = true, .colour = false, .width = 60};
    _cleanup_free_ char *text = NULL;

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        json_object_set_new(one, keys[i], json_string(evil));
    json_object_set_new(one, "places", json_pack("[{s:s, s:i}]", "path", evil, "offset", -1));
    waived = json_deep_copy(one);
    json_object_set_new(waived, "status", json_string("waived"));
    json_object_set_new(waived, "waiver", json_pack("{s:s, s:s}", "by", evil, "reason", evil));
    report = report_of("reject", json_pack("[o, o]", one, waived));
    json_object_set_new(report, "bypass", json_pack("{s:s, s:s}", "by", evil, "reason", evil));
    json_object_set_new(json_object_get(report, "artifact"), "name", json_string(evil));
    json_object_set_new(json_object_get(report, "artifact"), "format", json_string(evil));
    json_object_set_new(json_object_get(report, "policy"), "name", json_string(evil));
    text = render(report, "text", &style);
    for (const char *p = text; *p; p++)
        ck_assert_msg(*p == '\n' || ((unsigned char)*p >= 0x20 && *p != 0x7f), "byte %02x",
                      (unsigned char)*p);
    has_not(text, "\xc2\x9b");
    has_not(text, "\xe2\x80\xae");
    has_not(text, "\xe2\x80\x8b");
    has_not(text, "\xf3\xa0\x81\x81");
    has_not(text, "\nPASS");
    has(text, "/a\\x1b]0;owned\\x07\\u{9b}31m\\r\\nPASS\\t\\x7f\\u{202e}gpj\\u{200b}\\u{e0041}");
    json_decref(report);
}
END_TEST

START_TEST(colours_only_when_asked_for)
{
    static const struct {
        const char *verdict, *start;
    } rows[] = {
        {"pass", "\x1b[1;32mPASS\x1b[0m"},
        {"reject", "\x1b[1;31mREJECT\x1b[0m"},
        {"incomplete", "\x1b[33mINCOMPLETE\x1b[0m"},
    };
    const struct assay_report_style style = {.colour = true};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *report = report_of(rows[i].verdict, json_array());
        _cleanup_free_ char *colour = render(report, "text", &style);
        _cleanup_free_ char *plain = render(report, "text", NULL);

        ck_assert_int_eq(strncmp(colour, rows[i].start, strlen(rows[i].start)), 0);
        ck_assert_ptr_null(strchr(plain, '\x1b'));
        json_decref(report);
    }
}
END_TEST

START_TEST(long_sentences_are_wrapped)
{
    json_t *one = finding("F1", "secret", "high", "a.one", "/p", "blocking"), *report;
    const struct assay_report_style style = {.width = 50};
    char help[2000] = "";
    _cleanup_free_ char *text = NULL;
    size_t column = 0;

    for (int i = 0; i < 100; i++)
        strcat(help, i % 3 ? "w\xc3\xb6rd " : "longerword  ");
    json_object_set_new(one, "help", json_string(help));
    report = report_of("reject", json_pack("[o]", one));
    text = render(report, "text", &style);
    for (const char *p = strstr(text, "Why, and"); *p; p++) {
        column = *p == '\n' ? 0 : column + (((unsigned char)*p & 0xc0) != 0x80);
        ck_assert_uint_le(column, 50);
    }
    json_decref(report);
}
END_TEST

START_TEST(an_unfinished_report_is_rendered_without_harm)
{
    static const char *const rows[] = {
        "{}",
        "{\"findings\": 1, \"coverage\": [], \"policy\": \"x\"}",
        "{\"findings\": [{\"status\": \"blocking\"}, 7, null], \"verdict\": 3}",
        "{\"findings\": [{\"status\": \"waived\", \"places\": {}, \"waiver\": {}}]}",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *report = parse(rows[i]);
        _cleanup_free_ char *text = render(report, "text", NULL);

        has(text, "INCOMPLETE");
        json_decref(report);
    }
}
END_TEST

START_TEST(what_stands_in_no_file_says_so)
{
    static const struct {
        const char *in, *words;
        bool mend;
    } rows[] = {
        {"deleted", "byte 100, in a deleted file", true},
        {"unallocated", "byte 100, in unallocated space", true},
        {"slack", "byte 100, in no file: slack, journal or tables", true},
        {"metadata", "byte 100, in labels or headers", false},
        {"raw", "byte 100, in bytes of no known format", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *one = finding("F1", "secret", "critical", "a.one", "p1/(free)", "blocking");
        json_t *report = report_of("reject", json_pack("[o]", one));
        _cleanup_free_ char *text = NULL;
        struct assay_error err = {0};

        json_object_set_new(one, "in", json_string(rows[i].in));
        json_object_del(one, "line");
        ck_assert_msg(assay_schema_check("report", report, &err) == 0, "%s", err.text);
        text = render(report, "text", NULL);
        has(text, rows[i].words);
        if (rows[i].mend)
            has(text, " carves");
        else
            has_not(text, " carves");
        json_decref(report);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_person_learns_what_where_why_and_how,
                                  coverage_is_read_at_a_glance,
                                  the_worst_comes_first_and_each_rule_once,
                                  what_is_waived_or_unaudited_is_listed_and_the_rest_counted,
                                  places_and_findings_beyond_a_few_are_counted,
                                  a_terminal_obeys_nothing_that_is_in_a_report,
                                  colours_only_when_asked_for,
                                  long_sentences_are_wrapped,
                                  an_unfinished_report_is_rendered_without_harm,
                                  what_stands_in_no_file_says_so,
                                  NULL};

    return suite_run("report", tests, NULL, NULL);
}
