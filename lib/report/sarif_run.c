#include "report/sarif_run.h"

#include <assay/report.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "report/sarif_place.h"

/* What a run can have to tell, by its place among the driver's "notifications". */
enum notice { UNREAD, UNREAD_MORE, FINDINGS_DROPPED, FINDINGS_MORE, NOTICES };

static const struct {
    const char *id, *level, *text;
} notices[NOTICES] = {
    [UNREAD] = {"unread", "warning", "A place was not read in full."},
    [UNREAD_MORE] = {"unread.more", "warning", "More places were not read in full."},
    [FINDINGS_DROPPED] = {"findings.dropped", "error", "Findings were dropped from the report."},
    [FINDINGS_MORE] = {"findings.more", "note", "A rule has more findings than are listed."},
};

json_t *sarif_run_notices(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < NOTICES; i++)
        json_array_append_new(list, json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", notices[i].id,
                                              "shortDescription", "text", notices[i].text,
                                              "defaultConfiguration", "level", notices[i].level));
    return list;
}

static json_t *notification(enum notice notice, json_t *message)
{
    return json_pack("{s:{s:s, s:i}, s:s, s:o}", "descriptor", "id", notices[notice].id, "index",
                     (int)notice, "level", notices[notice].level, "message", message);
}

static void unread(json_t *list, const json_t *place, const char *name)
{
    const char *where = assay_json_string(place, "where", "");
    const char *reason = assay_json_string(place, "reason", "?");
    const char *detail = assay_json_string(place, "detail", "");
    char text[2048];
    json_t *one;

    snprintf(text, sizeof(text), "Not read in full (%s)%s%s", reason, detail[0] ? ": " : "",
             detail);
    one = notification(UNREAD, sarif_message(text));
    json_object_set_new(one, "locations",
                        json_pack("[{s:{s:o}}]", "physicalLocation", "artifactLocation",
                                  sarif_artifact_location(where, name)));
    json_array_append_new(list, one);
}

/* A count of what is not told one by one. */
static void more(json_t *list, enum notice notice, int64_t n, const char *what)
{
    char text[256];

    if (n <= 0)
        return;
    snprintf(text, sizeof(text), "%" PRId64 " %s", n, what);
    json_array_append_new(list, notification(notice, sarif_message(text)));
}

static json_t *notifications(const json_t *report, const struct sarif_rules *rules)
{
    const json_t *coverage = json_object_get(report, "coverage"), *place;
    const char *name = assay_json_string(json_object_get(report, "artifact"), "name", "artifact");
    json_t *list = json_array(), *row;
    const char *rule;
    size_t i;

    json_array_foreach(json_object_get(coverage, "unread"), i, place)
    {
        unread(list, place, name);
    }
    more(list, UNREAD_MORE, assay_json_int(coverage, "unread_more", 0),
         "more places were not read in full.");
    more(list, FINDINGS_DROPPED, assay_json_int(json_object_get(report, "summary"), "dropped", 0),
         "more findings were dropped: the report was full.");
    json_object_foreach(rules->by_id, rule, row)
    {
        char what[160];

        snprintf(what, sizeof(what), "more findings of %s are in the JSON report.", rule);
        more(list, FINDINGS_MORE, sarif_rules_left(rules, rule), what);
    }
    return list;
}

/* RFC 3339 in UTC, `seconds` after `started`; NULL when that is no time. */
static json_t *end_time(const char *started, double seconds)
{
    struct tm tm = {0};
    char text[32];
    const char *rest = strptime(started, "%Y-%m-%dT%H:%M:%SZ", &tm);
    time_t end;

    if (!rest || *rest || !(seconds >= 0 && seconds < 1e9))
        return NULL;
    end = timegm(&tm) + (time_t)(seconds + 0.5);
    if (!gmtime_r(&end, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
        return NULL;
    return json_string(text);
}

json_t *sarif_run_invocation(const json_t *report, const struct sarif_rules *rules)
{
    const char *started = assay_json_string(report, "started", "");
    json_t *end = end_time(started, json_number_value(json_object_get(report, "seconds")));
    bool whole = strcmp(assay_json_string(report, "verdict", ""), "incomplete") != 0;

    return json_pack("{s:b, s:i, s:o*, s:o*, s:o}", "executionSuccessful", whole, "exitCode",
                     assay_report_exit_code(report), "startTimeUtc",
                     end ? json_string(started) : NULL, "endTimeUtc", end,
                     "toolExecutionNotifications", notifications(report, rules));
}

json_t *sarif_run_artifact(const json_t *report)
{
    const json_t *artifact = json_object_get(report, "artifact");
    const char *name = assay_json_string(artifact, "name", "artifact");

    return json_pack("{s:{s:o}, s:I, s:[s], s:{s:o}, s:{s:o}}", "location", "uri", sarif_uri(name),
                     "length", (json_int_t)assay_json_int(artifact, "size", -1), "roles",
                     "analysisTarget", "hashes", "sha-256",
                     sarif_string(assay_json_string(artifact, "sha256", "")), "properties",
                     "format", sarif_string(assay_json_string(artifact, "format", "?")));
}

json_t *sarif_run_properties(const json_t *report)
{
    static const char *const keys[] = {"verdict", "policy", "sandbox", "summary", "bypass"};
    json_t *object = json_object();

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (json_object_get(report, keys[i]))
            json_object_set(object, keys[i], json_object_get(report, keys[i]));
    return object;
}
