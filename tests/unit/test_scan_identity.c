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

START_TEST(names_are_found_in_any_order_and_with_initials)
{
    static const struct example examples[] = {
        {"name", "Ottilie Brandvold", "(c) O. Brandvold"},
        {"name", "Ottilie Brandvold", "By O Brandvold, 2026"},
        {"name", "Ottilie Brandvold", "Brandvold, O."},
        {"name", "Ottilie Brandvold", "Brandvold O. et al."},
        {"name", "Ottilie Brandvold", "/home/obrandvold/x"},
        {"name", "Ottilie Brandvold", "o.brandvold@nowhere.org"},
        {"name", "Ottilie Brandvold", "o_brandvold"},
        {"name", "Ottilie Brandvold", "C:\\Users\\BrandvoldO\\x"},
        {"name", "Ottilie Brandvold", "brandvold-o.lan"},
        {"name", "Ottilie Brandvold", "ottilie%20brandvold"},
        {"name", "Ottilie Brandvold", "Ottilie\u00a0Brandvold"},
        {"name", "Ottilie Karin Brandvold", "Ottilie Brandvold"},
        {"name", "Ottilie Karin Brandvold", "Brandvold, Ottilie"},
        {"name", "Ottilie Karin Brandvold", "Brandvold, Ottilie Karin"},
        {"name", "Ottilie Karin Brandvold", "Karin Ottilie Brandvold"},
        {"name", "Ottilie Karin Brandvold", "Ottilie K. Brandvold"},
        {"name", "Ottilie Karin Brandvold", "O. K. Brandvold"},
        {"name", "Ottilie Karin Brandvold", "O.K. Brandvold"},
        {"name", "Ottilie Karin Brandvold", "okbrandvold"},
        {"name", "Ottilie Karin Brandvold", "Brandvold, O. K."},
        {"name", "Anna Müller-Lüdenscheid", "A. Müller-Lüdenscheid"},
        {"name", "Anna Müller-Lüdenscheid", "muellerluedenscheida"},
        {"name", "Tim Li", "Li, Tim"},
        {"name", "Tim Meyer", "tmeyer"},
    };

    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        ck_assert_msg(
            found(examples[i].kind, examples[i].value, examples[i].text, strlen(examples[i].text)),
            "%s not found in: %s", examples[i].value, examples[i].text);
}
END_TEST

START_TEST(letters_lose_their_signs)
{
    static const struct example examples[] = {
        {"username", "José", "josé"},
        {"username", "José", "JOSÉ"},
        {"username", "José", "Jose"},
        {"username", "José", "jose\u0301"},
        {"username", "José", "JOSE\u0301"},
        {"username", "José", "by jos\xe9, 2026"},
        {"username", "José", "by JOS\xc9, 2026"},
        {"username", "Jose\u0301", "by José, 2026"},
        {"name", "José Núñez", "jose nunez"},
        {"name", "José Núñez", "NÚÑEZ, JOSÉ"},
        {"name", "José Núñez", "NU\u0301N\u0303EZ, JOSE\u0301"},
        {"name", "José Núñez",
         "Jos\xe9 N\xfa\xf1"
         "ez"},
        {"name", "José Núñez", "j.nunez"},
        {"name", "Jürgen Müller", "Juergen Mueller"},
        {"name", "Jürgen Müller", "jurgen.muller"},
        {"name", "Jürgen Müller", "J\xfcrgen M\xfcller"},
        {"name", "Jürgen Müller", "JÜRGEN MÜLLER"},
        {"name", "Jürgen Müller", "Ju\u0308rgen Mu\u0308ller"},
        {"name", "Jürgen Müller", "jmueller"},
        {"name", "Juergen Mueller", "Jürgen Müller"},
        {"name", "Juergen Mueller", "Ju\u0308rgen Mu\u0308ller"},
        {"name", "Juergen Mueller", "J\xfcrgen M\xfcller"},
        {"name", "Søren Åkesson", "Soren Akesson"},
        {"name", "Søren Åkesson", "soeren.aakesson"},
        {"name", "Søren Åkesson", "SØREN ÅKESSON"},
        {"name", "Anna Großmann", "anna grossmann"},
        {"name", "Anna Großmann", "A. GROẞMANN"},
        {"name", "Łukasz Żak", "lukasz zak"},
        {"name", "Łukasz Żak", "Łukasz Z\u0307ak"},
        {"name", "Nguyễn Phương", "nguyen phuong"},
        {"name", "Юрий Йотов", "ЮРИЙ ЙОТОВ"},
        {"name", "Юрий Йотов", "Йотов, Юрий"},
        {"email", "jürgen@müller.example", "Jürgen@Müller.example"},
    };

    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        ck_assert_msg(
            found(examples[i].kind, examples[i].value, examples[i].text, strlen(examples[i].text)),
            "%s not found in: %s", examples[i].value, examples[i].text);
}
END_TEST

START_TEST(numbers_are_found_however_grouped)
{
    static const char fingerprint[] = "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0011 2233";
    static const struct example examples[] = {
        {"phone", "+49 171 1234567", "tel. 0171/1234567"},
        {"phone", "+49 171 1234567", "tel. 0171 / 123 45 67"},
        {"phone", "+49 171 1234567", "(0171) 123-4567"},
        {"phone", "+49 171 1234567", "+49 (0)171 12 34 567"},
        {"phone", "+49 171 1234567", "00491711234567"},
        {"phone", "+49 171 1234567", "+49.171.123.4567"},
        {"phone", "+49 171 1234567", "+49\u00a0171\u00a0123\u00a04567"},
        {"phone", "+491711234567", "0171-1234-567"},
        {"phone", "0049 171 1234567", "+49 171 1234567"},
        {"phone", "0171 1234567", "+49 171 1234567"},
        {"phone", "0171 1234567", "0049171 1234567"},
        {"phone", "0171 1234567", "0171-1234567"},
        {"phone", "+1 212 555 0123", "(212) 555-0123"},
        {"phone", "+1 212 555 0123", "212.555.0123"},
        {"phone", "+33 6 12 34 56 78", "06 12 34 56 78"},
        {"key-fingerprint", fingerprint, "0123456789abcdef0123456789abcdef00112233"},
        {"key-fingerprint", fingerprint, "0x0123456789abcdef0123456789abcdef00112233"},
        {"key-fingerprint", fingerprint, "rsa4096/89ABCDEF00112233 2026-01-01"},
        {"key-fingerprint", fingerprint, "keyid 0x89ABCDEF00112233"},
        {"key-fingerprint", fingerprint,
         "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:00:11:22:33"},
        {"key-fingerprint", "0123456789abcdef0123456789abcdef00112233", fingerprint},
        {"key-fingerprint", "0123456789abcdef0123456789abcdef00112233",
         "\x84\x10\x89\xab\xcd\xef\x80\x11\x22\x33 89AB CDEF 0011 2233"},
        {"key-fingerprint", "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDoN4GZjy9cYVr2Tv4",
         "256 SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDoN4GZjy9cYVr2Tv4 x (ED25519)"},
        {"key-fingerprint", "MD5:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
         "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99"},
        {"mac-address", "3c:7c:3f:12:34:56", "link/ether 3C-7C-3F-12-34-56"},
        {"mac-address", "3c:7c:3f:12:34:56", "3c7c.3f12.3456"},
        {"mac-address", "3c:7c:3f:12:34:56", "wlx3c7c3f123456 3c7c3f123456"},
        {"machine-id", "0123456789abcdef0123456789abcdef",
         "/var/log/journal/0123456789abcdef0123456789abcdef/"},
        {"machine-id", "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"},
        {"sid", "S-1-5-21-1111-2222-3333-1001", "owner s-1-5-21-1111-2222-3333-1001"},
        {"sid", "S-1-5-21-1111-2222-3333", "owner S-1-5-21-1111-2222-3333-1001;"},
        {"employee-id", "E1234567", "E-1234567"},
        {"employee-id", "E-1234567", "id=e1234567"},
        {"employee-id", "EMP 42", "emp_42"},
        {"hostname", "anvil.tiger.example", "root@anvil:~#"},
        {"hostname", "anvil.tiger.example", "ANVIL.tiger.example"},
        {"hostname", "anvil", "anvil.tiger.example"},
        {"domain", "tiger.example", "https://git.tiger.example/x"},
        {"domain", "tiger.example", "ottilie@tiger.example"},
    };

    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        ck_assert_msg(
            found(examples[i].kind, examples[i].value, examples[i].text, strlen(examples[i].text)),
            "%s not found in: %s", examples[i].value, examples[i].text);
}
END_TEST

START_TEST(identities_are_found_in_binary_structures)
{
    /* Sub-authorities 21, 0x01020304, 0x05060708, 0x090a0b0c and 1001 of authority 5. */
    static const char sid[] = "\x01\x05\0\0\0\0\0\x05\x15\0\0\0\x04\x03\x02\x01\x08\x07\x06\x05"
                              "\x0c\x0b\x0a\x09\xe9\x03\0\0\x02\0";
    static const char key[] = "\x0a\x09\x10\x89\xab\xcd\xef\x00\x11\x22\x33\x04\x0b";

    ck_assert(found("sid", "S-1-5-21-16909060-84281096-151653132", sid, sizeof(sid) - 1));
    ck_assert(found("sid", "S-1-5-21-16909060-84281096-151653132-1001", sid, sizeof(sid) - 1));
    ck_assert(!found("sid", "S-1-5-21-16909060-84281096-151653132-1002", sid, sizeof(sid) - 1));
    ck_assert(
        found("key-fingerprint", "0123456789abcdef0123456789abcdef00112233", key, sizeof(key) - 1));
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
        {"name", "Ottilie Brandvold", "k.brandvold, xobrandvold and obrandvolds"},
        {"name", "Ottilie Brandvold", "Brandvold of Ottilie's, o brandvold"},
        {"name", "Anna Winter", "A winter in a winter, winter a, Winter A winters"},
        {"name", "Susan Winter", "winters, s winter, the s. Winters"},
        {"name", "Tim Li", "tli, li t, t. li"},
        {"username", "jos", "josé, JOSÉ and jose\u0301"},
        {"phone", "+49 171 1234567", "91711234567, 1234567, 0171 12345678, 0172 1234567"},
        {"phone", "0171 1234567", "171 1234567 1711234567 3.1711234567"},
        {"key-fingerprint", "0123456789abcdef0123456789abcdef00112233",
         "89ABCDEF0011223344 0089ABCDEF00112233 00112233"},
        {"mac-address", "3c:7c:3f:12:34:56", "3c:7c:3f:12:34:5 3c:7c:3f:12:34:560"},
        {"sid", "S-1-5-21-1111-2222-3333", "S-1-5-21-1111-2222-33330 XS-1-5-21-1111-2222-3333"},
        {"hostname", "web.tiger.example", "the web is a wonder, web: 1"},
        {"employee-id", "E1234567", "E12345678 and EE-1234567"},
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

START_TEST(short_ones_are_not_found_in_base64)
{
    static const char
        noise[] =
            "MIIEvQ/IBADA+NBgkq/hkiG9w0B+AQEFAAS/CBKc+tim/BKMwggSj+AgEAAoIBAQC7V/JTUt9Us8cK\n",
        url[] = "eyJhbG-ciOiJIUzI1-NiIsInR5cCI6_IkpXVCJ9-eyJzdWIi_Tim_iMTIzNDU2Nzg5MCIsIm5h-bW\n",
        path[] = "/usr/share/doc/packages/home/tim/Projects/web-site_2/Source/Main.java and more\n",
        hash[] = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-home-tim-1.2.3/share/x\n";

    ck_assert(!found("username", "tim", noise, sizeof(noise) - 1));
    ck_assert(!found("username", "tim", url, sizeof(url) - 1));
    ck_assert(found("username", "tim", path, sizeof(path) - 1));
    ck_assert(found("username", "tim", hash, sizeof(hash) - 1));
}
END_TEST

START_TEST(addresses_of_a_domain_are_personal)
{
    struct fixture fixture =
        fixture_new(json_array(), json_pack("[{s:s, s:s, s:s}]", "kind", "email-domain", "value",
                                            "tiger.example", "severity", "low"));
    static const char text[] = "Ottilie <Ottilie.B@tiger.example>, x@mail.tiger.example;\n"
                               "tiger.example, @tiger.example, x@bigtiger.example x@tiger.examples";
    json_t *json;

    fixture_scan(&fixture, "x", text, sizeof(text) - 1, 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(assay_json_string(json_array_get(json, i), "class", ""), "personal");
        ck_assert_str_eq(assay_json_string(json_array_get(json, i), "severity", ""), "low");
    }
    json_decref(json);
    fixture_free(&fixture);
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
    struct entry entry = {.container = "p1", .path = "srv/tok_48215973/x"};

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
        {"phone", "call me", "6 to 20 digits"},
        {"key-fingerprint", "not hex", "hexadecimal"},
        {"mac-address", "3c:7c:3f", "6 or 8 bytes"},
        {"sid", "S-1-5", "S-1-5-21"},
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
                                  names_are_found_in_any_order_and_with_initials,
                                  letters_lose_their_signs,
                                  numbers_are_found_however_grouped,
                                  identities_are_found_in_binary_structures,
                                  short_ones_are_not_found_in_base64,
                                  addresses_of_a_domain_are_personal,
                                  words_that_hold_an_identity_are_none,
                                  short_ones_need_text_around_them_in_binaries,
                                  names_of_entries_are_searched_and_redacted,
                                  rules_apply_to_names,
                                  one_identity_is_one_finding_however_written,
                                  bad_identities_are_refused,
                                  NULL};

    return suite_run("identity", tests, NULL, NULL);
}
