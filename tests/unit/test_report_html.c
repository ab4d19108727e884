/* The report as a page. e2e/test_report parses that of a real scan strictly. */
#include "report_fixture.h"
#include "suite.h"

#include <assay/digest.h>
#include <assay/encode.h>

START_TEST(a_person_learns_what_where_why_and_how)
{
    static const char *const parts[] = {
        "<title>REJECT: leaky.wsl</title>",
        "<div class=\"verdict reject\">",
        "It must not ship as it is: 1 finding blocks.",
        "gzip+tar, 12.4 MiB",
        SUM,
        "<a href=\"#p0-0\">A token was found.</a>",
        "1 finding, 40 places",
        "id=\"p0-0\"",
        "<span class=\"badge critical\">critical</span> <code>github.pat</code>",
        "<span class=\"dir\">/home/mira/</span>.netrc</span>, line 7",
        ("<span class=\"dir\">/b.tar!etc/</span>x</span>, byte 4,096, in a deleted file, "
         "encoded: base64"),
        "A deleted file stays readable",
        "and 38 more places",
        "ghp_\xe2\x80\xa6(40)",
        PRINT,
        "It opens the door. Revoke it.",
        "waived by ops until 2027-01-31: a test key",
        "everything was read",
        "system call filter: yes; Landlock: ABI 2; resource limits: yes",
    };
    json_t *one =
        finding("F1", "secret", "critical", "github.pat", "/home/mira/.netrc", "blocking");
    json_t *waived = finding("F2", "secret", "high", "a.waived", "/w", "waived"), *report;
    _cleanup_free_ char *text = NULL;

    json_object_set_new(one, "place_count", json_integer(40));
    json_object_set_new(one, "places",
                        parse("[{\"path\": \"/b.tar!etc/x\", \"offset\": 4096, \"in\": "
                              "\"deleted\", \"decoded\": \"base64\"}]"));
    json_object_set_new(
        waived, "waiver",
        json_pack("{s:s, s:s, s:s}", "by", "ops", "reason", "a test key", "expires", "2027-01-31"));
    report = report_of("reject", json_pack("[o, o]", waived, one));
    text = render(report, "html", NULL);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        has(text, parts[i]);
    json_decref(report);
}
END_TEST

START_TEST(what_does_not_block_is_folded)
{
    json_t *upstream = finding("F1", "secret", "high", "a.up", "/nix/store/x", "informational");
    json_t *report;
    _cleanup_free_ char *text = NULL;

    json_object_set_new(upstream, "origin", json_string("upstream"));
    json_object_set_new(upstream, "signed_by", json_string("cache-1"));
    report = report_of("pass", json_pack("[o]", upstream));
    text = render(report, "html", NULL);
    has(text, "<div class=\"verdict pass\">");
    has(text, "<details>\n<summary>Upstream's own, in signed store paths <small>1 finding</small>");
    has(text, "signed by cache-1");
    has_not(text, "What to mend first");
    json_decref(report);
}
END_TEST

START_TEST(foreign_text_is_no_markup)
{
    static const char evil[] = "</style></main><script>alert(1)</script><!-- \" ' & ]]>\x1b[31m"
                               "\xe2\x80\xae\r\n";
    static const char shown[] = "&lt;/style&gt;&lt;/main&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
                                "&lt;!-- &quot; &#39; &amp; ]]&gt;\\x1b[31m\\u{202e}\\r\\n";
    static const char *const keys[] = {"path",    "message",     "help",     "redacted", "rule",
                                       "decoded", "fingerprint", "severity", "signed_by"};
    json_t *one = finding("F1", "secret", "high", "a.one", "/x", "blocking"), *waived, *report;
    _cleanup_free_ char *text = NULL;
    size_t n = 0;

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        json_object_set_new(one, keys[i], json_string(evil));
    waived = json_deep_copy(one);
    json_object_set_new(waived, "status", json_string("waived"));
    json_object_set_new(waived, "waiver", json_pack("{s:s, s:s}", "by", evil, "reason", evil));
    report = report_of("reject", json_pack("[o, o]", one, waived));
    json_object_set_new(report, "bypass", json_pack("{s:s, s:s}", "by", evil, "reason", evil));
    json_object_set_new(report, "started", json_string(evil));
    json_object_set_new(json_object_get(report, "artifact"), "name", json_string(evil));
    json_object_set_new(json_object_get(report, "artifact"), "sha256", json_string(evil));
    json_object_set_new(json_object_get(report, "policy"), "name", json_string(evil));
    json_object_set_new(
        json_object_get(report, "coverage"), "unread",
        json_pack("[{s:s, s:s, s:s}]", "where", evil, "reason", evil, "detail", evil));
    text = render(report, "html", NULL);
    has_not(text, "<script");
    has_not(text, "<!--");
    has_not(text, "\x1b");
    has_not(text, "\xe2\x80\xae");
    for (const char *p = text; (p = strstr(p, shown)); p++)
        n++;
    ck_assert_uint_ge(n, 25);
    json_decref(report);
}
END_TEST

START_TEST(ten_thousand_findings_and_long_names_stay_readable)
{
    char path[4097], number[16];
    json_t *list = json_array(), *report;
    _cleanup_free_ char *text = NULL;

    memset(path, 'a', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    json_array_append_new(list, finding("F0", "secret", "critical", "a.long", path, "blocking"));
    for (int i = 0; i < 9999; i++) {
        snprintf(number, sizeof(number), "/n%d", i);
        json_array_append_new(list, finding("F1", "secret", "high", "a.noisy", number, "blocking"));
    }
    report = report_of("reject", list);
    text = render(report, "html", NULL);
    has(text, "[3736 bytes left out]");
    has(text, ">9,999 findings<");
    has(text, "and 9,989 more findings of this rule");
    ck_assert_uint_lt(strlen(text), 40000);
    json_decref(report);
}
END_TEST

START_TEST(only_its_own_style_is_allowed)
{
    json_t *report = report_of("pass", json_array());
    _cleanup_free_ char *text = render(report, "html", NULL);
    const char *css = strstr(text, "<style>") + strlen("<style>");
    uint8_t digest[ASSAY_SHA256_SIZE];
    char hash[ASSAY_BASE64_SIZE(ASSAY_SHA256_SIZE)], rule[128];

    ck_assert_int_eq(assay_sha256(css, (size_t)(strstr(css, "</style>") - css), digest), 0);
    assay_base64_encode(digest, sizeof(digest), hash);
    snprintf(rule, sizeof(rule), "default-src 'none'; style-src 'sha256-%s'", hash);
    has(text, rule);
    has_not(text, "http:");
    has_not(text, "https:");
    has_not(text, "url(");
    has(text, "Nothing was found.");
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
        _cleanup_free_ char *html = render(report, "html", NULL);
        _cleanup_free_ char *sarif = render(report, "sarif", NULL);

        has(html, "verdict incomplete");
        has(html, "</html>");
        has(sarif, "\"2.1.0\"");
        json_decref(report);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_person_learns_what_where_why_and_how,
                                  what_does_not_block_is_folded,
                                  foreign_text_is_no_markup,
                                  ten_thousand_findings_and_long_names_stay_readable,
                                  only_its_own_style_is_allowed,
                                  an_unfinished_report_is_rendered_without_harm,
                                  NULL};

    return suite_run("report_html", tests, NULL, NULL);
}
