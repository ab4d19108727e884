/* What the tests of reports share: a whole report, and what a rendering must hold. */
#ifndef ASSAY_TESTS_REPORT_FIXTURE_H
#define ASSAY_TESTS_REPORT_FIXTURE_H

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/report.h>

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PRINT "fedcba9876543210fedcba9876543210"

static inline json_t *parse(const char *text)
{
    struct assay_error err = {0};
    json_t *json = NULL;

    ck_assert_msg(assay_json_parse(text, strlen(text), "test", &json, &err) == 0, "%s", err.text);
    return json;
}

static inline json_t *finding(const char *id, const char *class, const char *severity,
                              const char *rule, const char *path, const char *status)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "id",
                     id, "class", class, "rule", rule, "severity", severity, "path", path, "offset",
                     100, "line", 7, "redacted", "ghp_\xe2\x80\xa6(40)", "fingerprint", PRINT,
                     "origin", "local", "status", status, "message", "A token was found.", "help",
                     "It opens the door. Revoke it.", "place_count", 1);
}

/* A whole report; `findings` is taken over. */
static inline json_t *report_of(const char *verdict, json_t *findings)
{
    json_t *report = parse(
        "{\"schema\": \"assay.report/1\", \"tool\": {\"name\": \"assay\", \"version\": \"0.1.0\"},"
        "\"artifact\": {\"name\": \"leaky.wsl\", \"sha256\": \"" SUM "\", \"size\": 13002342,"
        "\"format\": \"gzip+tar\"}, \"policy\": {\"name\": \"tiger-team\", \"digest\": \"" SUM "\","
        "\"rules_digest\": \"" SUM "\", \"layers\": [{\"name\": \"base\", \"digest\": \"" SUM "\"},"
        "{\"name\": \"tiger-team\", \"digest\": \"" SUM "\"}]}, \"sandbox\": {\"seccomp\": true,"
        "\"landlock\": 2, \"rlimits\": true}, \"coverage\": {\"bytes\": 104857600, \"entries\": "
        "5123, \"formats\": [{\"format\": \"tar\", \"containers\": 1, \"entries\": 5123, \"bytes\":"
        "104857600}], \"in\": {}, \"raw\": [], \"raw_more\": 0, \"unread\": [], \"unread_more\": "
        "0}, \"summary\": {\"blocking\": 1,"
        "\"waived\": 2, \"informational\": 3, \"dropped\": 0, \"by_class\": {}, \"by_severity\":"
        "{}}, \"started\": \"2026-11-21T03:00:00Z\", \"seconds\": 1.5}");

    json_object_set_new(report, "verdict", json_string(verdict));
    json_object_set_new(report, "findings", findings);
    return report;
}

static inline char *render(const json_t *report, const char *format,
                           const struct assay_report_style *style)
{
    struct assay_buf buf = ASSAY_BUF(ASSAY_REPORT_MAX);
    struct assay_error err = {0};

    ck_assert_msg(assay_report_render(format, report, style, &buf, &err) == 0, "%s", err.text);
    return assay_buf_take(&buf);
}

static inline void has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

static inline void has_not(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "'%s' is in:\n%s", part, text);
}

#endif
