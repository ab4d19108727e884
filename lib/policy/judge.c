#include <assay/policy.h>

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "scan/finding.h"

enum status { STATUS_INFORMATIONAL, STATUS_WAIVED, STATUS_BLOCKING };

static const char *const status_names[] = {"informational", "waived", "blocking"};

struct judge {
    const json_t *policy;
    const char *today;
    json_t *by_class, *by_severity, *by_rule;
    json_int_t count[3]; /* by enum status */
    json_int_t expired, locked;
    bool incomplete, reject;
};

/* What is asked of one finding. */
struct subject {
    json_t *finding;
    const char *class, *rule, *severity_text;
    enum severity severity;
    const json_t *lock; /* of its rule, or NULL */
};

static bool reaches(enum severity severity, const char *threshold)
{
    enum severity least;

    if (strcmp(threshold, "never") == 0)
        return false;
    /* A threshold that is not understood lets nothing through. */
    return severity_parse(threshold, &least) < 0 || severity >= least;
}

static bool blocks(const struct judge *judge, const struct subject *s)
{
    const json_t *block = json_object_get(judge->policy, "block");

    return reaches(s->severity, assay_json_string(block, s->class, "info")) ||
           (s->lock && reaches(s->severity, assay_json_string(s->lock, "block", "info")));
}

/* Whether the lock on the finding's rule stands against what a layer of the level of `grant`
 * grants. */
static bool is_locked_against(const struct subject *s, const json_t *grant)
{
    return s->lock &&
           assay_json_int(grant, "level", INT64_MAX) > assay_json_int(s->lock, "level", 0);
}

/* Notes on the finding whose grant it is, and with `refused` why it does not count. */
static int note_waiver(json_t *finding, const json_t *grant, const char *refused)
{
    json_t *waiver = json_pack("{s:s, s:s, s:s*, s:s*}", /**/
                               "by", assay_json_string(grant, "by", "?"), "reason",
                               assay_json_string(grant, "reason", "?"), "expires",
                               assay_json_string(grant, "expires", NULL), "refused", refused);

    return json_object_set_new(finding, "waiver", waiver) < 0 ? -ENOMEM : 0;
}

static bool glob_matches(const char *glob, const json_t *object)
{
    const char *path = assay_json_string(object, "path", NULL);

    return path && fnmatch(glob, path, 0) == 0;
}

/* Whether the glob covers every place of the finding, those that are not listed included. */
static bool covers(const char *glob, const json_t *finding)
{
    const json_t *places = json_object_get(finding, "places");
    size_t i;
    json_t *place;

    if (!glob || !glob_matches(glob, finding) ||
        assay_json_int(finding, "place_count", 1) > 1 + (int64_t)json_array_size(places))
        return false;
    json_array_foreach(places, i, place)
    {
        if (!glob_matches(glob, place))
            return false;
    }
    return true;
}

/* Whether the waiver is for the finding: for its fingerprint, or for its rule in all its places. */
static bool names(const json_t *waiver, const struct subject *s)
{
    const char *print = assay_json_string(waiver, "fingerprint", NULL);
    const char *rule = assay_json_string(waiver, "rule", NULL);

    if (print)
        return strcmp(print, assay_json_string(s->finding, "fingerprint", "")) == 0;
    return rule && fnmatch(rule, s->rule, 0) == 0 &&
           covers(assay_json_string(waiver, "path", NULL), s->finding);
}

/* 1 when a waiver that counts names the finding, 0 when none does, or -ENOMEM. */
static int find_waiver(struct judge *judge, const struct subject *s)
{
    const json_t *expired = NULL, *locked = NULL;
    size_t i;
    json_t *waiver;

    json_array_foreach(json_object_get(judge->policy, "waivers"), i, waiver)
    {
        if (!names(waiver, s))
            continue;
        if (is_locked_against(s, waiver)) {
            locked = waiver;
        } else if (strcmp(assay_json_string(waiver, "expires", ""), judge->today) < 0) {
            expired = waiver;
        } else {
            int r = note_waiver(s->finding, waiver, NULL);

            return r < 0 ? r : 1;
        }
    }
    judge->locked += locked != NULL;
    judge->expired += !locked && expired;
    if (!locked && !expired)
        return 0;
    return note_waiver(s->finding, locked ? locked : expired, locked ? "locked" : "expired");
}

/* As find_waiver(), by `allow_unaudited`. */
static int find_allowance(const struct judge *judge, const struct subject *s)
{
    size_t i;
    json_t *allow;

    if (strcmp(s->class, "unaudited") != 0)
        return 0;
    json_array_foreach(json_object_get(judge->policy, "allow_unaudited"), i, allow)
    {
        if (!is_locked_against(s, allow) &&
            covers(assay_json_string(allow, "path", NULL), s->finding)) {
            int r = note_waiver(s->finding, allow, NULL);

            return r < 0 ? r : 1;
        }
    }
    return 0;
}

/* What the policy makes of a finding's origin. */
enum origin { ORIGIN_LOCAL, ORIGIN_LOCKED, ORIGIN_UPSTREAM };

/* Of several keys of one name the highest layer's counts: LOCKED when a lock on the finding's rule
 * stands against it. A finding signed by none of the policy's keys is local. */
static enum origin find_origin(const struct judge *judge, const struct subject *s)
{
    const char *signed_by = assay_json_string(s->finding, "signed_by", NULL);
    enum origin origin = ORIGIN_LOCAL;
    size_t i;
    json_t *key;

    if (!signed_by || strcmp(assay_json_string(s->finding, "origin", ""), "upstream") != 0)
        return ORIGIN_LOCAL;
    json_array_foreach(json_object_get(judge->policy, "trusted_keys"), i, key)
    {
        const char *text = assay_json_string(key, "key", "");
        size_t len = strcspn(text, ":");

        if (strlen(signed_by) != len || strncmp(text, signed_by, len) != 0)
            continue;
        if (is_locked_against(s, key))
            return ORIGIN_LOCKED;
        origin = ORIGIN_UPSTREAM;
    }
    return origin;
}

static int count_up(json_t *counts, const char *key)
{
    return json_object_set_new(counts, key, json_integer(assay_json_int(counts, key, 0) + 1));
}

/* Reads the members that the judgment depends on. Returns NULL, or the key that is not as it must
 * be. */
static const char *read_subject(const struct judge *judge, json_t *finding, struct subject *ret)
{
    const json_t *locked = json_object_get(judge->policy, "locked");
    enum finding_class class;

    ret->finding = finding;
    ret->class = assay_json_string(finding, "class", "");
    ret->rule = assay_json_string(finding, "rule", NULL);
    ret->severity_text = assay_json_string(finding, "severity", "");
    if (finding_class_parse(ret->class, &class) < 0)
        return "class";
    if (severity_parse(ret->severity_text, &ret->severity) < 0)
        return "severity";
    if (!ret->rule)
        return "rule";
    ret->lock = json_object_get(locked, ret->rule);
    if (!ret->lock && class == FINDING_UNAUDITED)
        ret->lock = json_object_get(locked, "unaudited.*");
    return NULL;
}

static int judge_finding(struct judge *judge, json_t *finding, size_t index,
                         struct assay_error *err)
{
    enum status status = STATUS_INFORMATIONAL;
    enum origin origin;
    struct subject s = {0};
    const char *bad = read_subject(judge, finding, &s);
    int r = 0;

    if (bad)
        return assay_error_set(err, EINVAL, "findings[%zu].%s is missing or unknown", index, bad);
    json_object_del(finding, "waiver");
    origin = find_origin(judge, &s);
    if (origin == ORIGIN_LOCAL)
        json_object_del(finding, "signed_by");
    if (origin == ORIGIN_UPSTREAM) {
        s.severity = SEVERITY_INFO;
        s.severity_text = "info";
        r = json_object_set_new(finding, "severity", json_string("info"));
    } else if (blocks(judge, &s)) {
        r = find_waiver(judge, &s);
        if (r == 0)
            r = find_allowance(judge, &s);
        status = r == 1 ? STATUS_WAIVED : STATUS_BLOCKING;
    }
    if (r < 0 ||
        json_object_set_new(finding, "origin",
                            json_string(origin == ORIGIN_LOCAL ? "local" : "upstream")) < 0 ||
        json_object_set_new(finding, "status", json_string(status_names[status])) < 0 ||
        count_up(judge->by_class, s.class) < 0 ||
        count_up(judge->by_severity, s.severity_text) < 0 || count_up(judge->by_rule, s.rule) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while judging the report");
    judge->count[status]++;
    if (status == STATUS_BLOCKING && strcmp(s.class, "unaudited") == 0)
        judge->incomplete = true;
    else if (status == STATUS_BLOCKING)
        judge->reject = true;
    return 0;
}

/* Writes `summary` and `verdict`. */
static int conclude(struct judge *judge, json_t *report, struct assay_error *err)
{
    int64_t dropped = assay_json_int(json_object_get(report, "summary"), "dropped", 0);
    const char *verdict = judge->reject                       ? "reject"
                          : judge->incomplete || dropped != 0 ? "incomplete"
                                                              : "pass";
    json_t *summary = json_pack(
        "{s:I, s:I, s:I, s:I, s:O, s:O, s:O}", /**/
        "blocking", judge->count[STATUS_BLOCKING], "waived", judge->count[STATUS_WAIVED],
        "informational", judge->count[STATUS_INFORMATIONAL], "dropped", (json_int_t)dropped,
        "by_class", judge->by_class, "by_severity", judge->by_severity, "by_rule", judge->by_rule);
    int r = summary ? 0 : -1;

    if (r == 0 && judge->expired)
        r = json_object_set_new(summary, "waivers_expired", json_integer(judge->expired));
    if (r == 0 && judge->locked)
        r = json_object_set_new(summary, "waivers_locked", json_integer(judge->locked));
    if (r < 0)
        json_decref(summary);
    else
        r = json_object_set_new(report, "summary", summary);
    if (r < 0 || json_object_set_new(report, "verdict", json_string(verdict)) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while judging the report");
    return 0;
}

int assay_policy_judge(const json_t *policy, json_t *report, const char *today,
                       struct assay_error *err)
{
    _cleanup_json_ json_t *by_class = json_object(), *by_severity = json_object();
    _cleanup_json_ json_t *by_rule = json_object();
    struct judge judge = {policy, today, by_class, by_severity, by_rule, .expired = 0};
    json_t *findings = json_object_get(report, "findings"), *finding;
    size_t i;
    int r = 0;

    if (!by_class || !by_severity || !by_rule)
        return assay_error_set(err, ENOMEM, "out of memory while judging the report");
    if (!json_is_array(findings))
        return assay_error_set(err, EINVAL, "the report has no list of findings");
    if (json_array_size(findings) > FINDING_TOTAL_MAX)
        return assay_error_set(err, EINVAL, "the report has %zu findings, more than the %d allowed",
                               json_array_size(findings), FINDING_TOTAL_MAX);
    json_array_foreach(findings, i, finding)
    {
        r = judge_finding(&judge, finding, i, err);
        if (r < 0)
            return r;
    }
    return conclude(&judge, report, err);
}
