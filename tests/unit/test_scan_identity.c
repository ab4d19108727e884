/* Identities: on word boundaries, however written, in content and in names. */
#include "scan_fixture.h"
#include "suite.h"

static struct fixture fixture_of(const char *kind, const char *value)
{
    return fixture_new(json_array(), json_pack("[{s:s, s:s}]", "kind", kind, "value", value));
}

/* Whether the identity is found in `len` bytes of content. */
static bool found(const char *kind, const char *value, const char *text, size_t len)
{
    struct fixture fixture = fixture_of(kind, value);
    bool result;

    fixture_scan(&fixture, "file", text, len, 0);
    result = fixture_places(&fixture) > 0;
    fixture_free(&fixture);
    return result;
}

struct example {
    const char *kind, *value, *text;
};

START_TEST(identities_are_found_however_written)
{
    static const struct example examples[] = {
        {"username", "tim", "cd /home/tim/src && make"},
        {"username", "tim", "Author: Tim <nobody@nowhere>"},
        {"username", "tim", "HOME_tim_x=12345678"},
        {"username", "tim", "tim"},
        {"username", "tim", "tim\n"},
        {"username", "Tim", "the time of TIM’s life"},
        {"name", "Ottilie Brandvold", "by Ottilie Brandvold, 2026"},
        {"name", "Ottilie Brandvold", "/home/ottilie-brandvold"},
        {"name", "Ottilie Brandvold", "Brandvold, Ottilie"},
        {"name", "Ottilie Brandvold", "OTTILIE_BRANDVOLD"},
        {"name", "Ottilie Brandvold", "ottilie.brandvold@nowhere.org"},
        {"name", "Ottilie Brandvold", "ottiliebrandvold"},
        {"name", "Ottilie Brandvold", "?q=Ottilie%20Brandvold&x"},
        {"name", "Ottilie  Brandvold", "Ottilie Brandvold"},
        {"name", "Ottilie Brandvold", "brandvoldottilie"},
        {"name", "Anna-Lena Schmidt", "Schmidt, Anna Lena"},
        {"name", "Anna-Lena Schmidt", "anna-lena.schmidt"},
        {"name", "Łukasz Żak", "ŁUKASZ ŻAK"},
        {"name", "Łukasz Żak", "łukasz.żak"},
        {"name", "Jürgen", "JÜRGEN"},
        {"email", "tim@example.org", "email = Tim@Example.org"},
        {"hostname", "tims-laptop", "/nix/store/x-tims-laptop.drv"},
        {"domain", "corp.example", "https://git.corp.example/x"},
        {"employee-id", "E1234567", "id e1234567;"},
        {"phone", "+49 171 1234567", "call +49-171-1234567 now"},
        {"phone", "+49 171 1234567", "call +491711234567 now"},
        {"key-fingerprint", "aa:bb:cc:dd:ee:ff", "key AABBCCDDEEFF"},
    };

    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        ck_assert_msg(
            found(examples[i].kind, examples[i].value, examples[i].text, strlen(examples[i].text)),
            "%s not found in: %s", examples[i].value, examples[i].text);
}
END_TEST

START_TEST(words_that_hold_an_identity_are_none)
{
    static const struct example examples[] = {
        {"username", "tim", "optimus prime, at this time, has no estimate"},
        {"username", "tim", "intim und ultimativ; tim2 and 2tim, tïm"},
        {"username", "tim", "the name étim is another, and timé too"},
        {"name", "Ottilie Brandvold", "Ottilie K. Brandvolds, Ottilie and Brandvold"},
        {"name", "Ottilie Brandvold", "Ottilie\nBrandvold's sister is someone else"},
        {"name", "Ottilie Brandvold", "obrandvold"},
        {"email", "tim@example.org", "atim@example.org and tim@example.orgx"},
        {"domain", "corp.example", "corpXexample corp.examples"},
    };

    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        ck_assert_msg(
            !found(examples[i].kind, examples[i].value, examples[i].text, strlen(examples[i].text)),
            "%s found in: %s", examples[i].value, examples[i].text);
}
END_TEST

START_TEST(short_ones_need_text_around_them_in_binaries)
{
    static const char noise[] = "\x01\x02\x80tim\xff\x03\x04\x05\x06\x07\x08\x09",
                      text[] = "\x01\x02\0user=tim;group=x\0\xff\x03",
                      longer[] = "\x01\x80ottilie\xff";

    ck_assert(!found("username", "tim", noise, sizeof(noise) - 1));
    ck_assert(found("username", "tim", text, sizeof(text) - 1));
    ck_assert(found("username", "ottilie", longer, sizeof(longer) - 1));
}
END_TEST

START_TEST(names_of_entries_are_searched_and_redacted)
{
    static const struct entry_xattr xattrs[] = {
        {"user.origin", (const uint8_t *)"made by tim", 11}};
    struct fixture fixture = fixture_of("username", "tim");
    struct entry entries[] = {
        {.container = "", .path = "home/tim/x"},
        {.container = "", .path = "a", .link = "../Tim/y"},
        {.container = "", .path = "b", .uname = "tim", .gname = "tim"},
        {.container = "", .path = "c", .uname = "root", .gname = "tim"},
        {.container = "", .path = "d", .xattrs = xattrs, .n_xattrs = 1},
        {.container = "", .path = "time/optimus"},
    };
    json_t *json, *finding;

    for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
        ck_assert_int_eq(scan_engine_names(fixture.engine, &entries[i]), 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 1);
    finding = json_array_get(json, 0);
    ck_assert_str_eq(assay_json_string(finding, "path", ""), "/home/‹redacted›/x");
    ck_assert_str_eq(assay_json_string(finding, "rule", ""), "identity.username");
    ck_assert_str_eq(assay_json_string(finding, "severity", ""), "high");
    ck_assert_int_eq(assay_json_int(finding, "offset", 0), -1);
    ck_assert_int_eq(assay_json_int(finding, "place_count", 0), 5);
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(rules_apply_to_names)
{
    json_t *json;
    struct fixture fixture =
        fixture_new(json_pack("[o]", fixture_rule("a", "a.token", "tok_[0-9]{8}")), NULL);
    struct entry entry = {.container = "p1", .path = "srv/tok_12345678/x"};

    ck_assert_int_eq(scan_engine_names(fixture.engine, &entry), 0);
    json = fixture_json(&fixture);
    ck_assert_str_eq(assay_json_string(json_array_get(json, 0), "path", ""), "p1/srv/‹redacted›/x");
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(one_identity_is_one_finding_however_written)
{
    struct fixture fixture = fixture_of("name", "Ottilie Brandvold");
    json_t *json;
    static const char text[] = "Ottilie Brandvold\nbrandvold, ottilie\n";

    fixture_scan(&fixture, "x", text, sizeof(text) - 1, 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 1);
    ck_assert_int_eq(assay_json_int(json_array_get(json, 0), "place_count", 0), 2);
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(bad_identities_are_refused)
{
    static const char *const cases[][3] = {
        {"nickname", "tim", "employee-id"},
        {"username", "x", "2 letters"},
        {"name", " - ", "2 letters"},
        {"username", "", "2 letters"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        json_t *rules = json_array(),
               *list = json_pack("[{s:s, s:s}]", "kind", cases[i][0], "value", cases[i][1]);
        struct findings *findings = findings_new(fixture_key);
        struct scan_engine *engine = NULL;
        struct assay_error err = {0};

        ck_assert_int_lt(scan_engine_new(rules, list, findings, &engine, &err), 0);
        ck_assert_msg(strstr(err.text, cases[i][2]) != NULL, "%s", err.text);
        json_decref(rules);
        json_decref(list);
        findings_free(findings);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {identities_are_found_however_written,
                                  words_that_hold_an_identity_are_none,
                                  short_ones_need_text_around_them_in_binaries,
                                  names_of_entries_are_searched_and_redacted,
                                  rules_apply_to_names,
                                  one_identity_is_one_finding_however_written,
                                  bad_identities_are_refused,
                                  NULL};

    return suite_run("identity", tests, NULL, NULL);
}
