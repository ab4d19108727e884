#include "audit/verify.h"

#include <errno.h>
#include <string.h>

#include <assay/policy.h>

#include "audit/assemble.h"
#include "audit/coverage.h"
#include "scan/finding.h"
#include "scan/redact.h"

static int lie(struct assay_error *err, const char *what)
{
    return assay_error_set(err, EINVAL, "its report gave %s", what);
}

static bool same(const json_t *object, const char *key, const char *expected)
{
    return strcmp(assay_json_string(object, key, ""), expected) == 0;
}

/* The name is as it was given, but for what the worker has to hide in it. */
static bool same_name(const json_t *artifact, const char *name)
{
    _cleanup_json_ json_t *given = assay_json_foreign_string(name, strlen(name));

    return json_equal(json_object_get(artifact, "name"), given) ||
           strstr(assay_json_string(artifact, "name", ""), REDACT_MARK);
}

static int check_artifact(const struct verify_facts *facts, const json_t *report,
                          struct assay_error *err)
{
    const json_t *artifact = json_object_get(report, "artifact");

    if (!same(artifact, "sha256", facts->sha256))
        return lie(err, "a digest that is not the artifact's");
    if (assay_json_int(artifact, "size", -1) != (int64_t)facts->size)
        return lie(err, "a size that is not the artifact's");
    if (!same_name(artifact, facts->job->name))
        return lie(err, "another artifact's name");
    return 0;
}

static int check_policy(const json_t *policy, const json_t *report, struct assay_error *err)
{
    static const char *const keys[] = {"name", "digest", "rules_digest"};
    const json_t *claimed = json_object_get(report, "policy");

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (!same(claimed, keys[i], assay_json_string(policy, keys[i], "")))
            return lie(err, "another policy than it was handed");
    if (!json_equal(json_object_get(claimed, "layers"), json_object_get(policy, "layers")))
        return lie(err, "other layers of the policy than it was handed");
    if (json_object_get(policy, "harvested") && /* json_equal() takes no NULL */
        !json_equal(json_object_get(claimed, "harvested"), json_object_get(policy, "harvested")))
        return lie(err, "other harvested identities than it was handed");
    return 0;
}

/* Sums are no larger than what they are parts of; what was not read is among the findings. */
static int check_coverage(const json_t *report, struct assay_error *err)
{
    const json_t *coverage = json_object_get(report, "coverage"), *row;
    const json_t *summary = json_object_get(report, "summary");
    int64_t bytes = assay_json_int(coverage, "bytes", 0), left = bytes;
    int64_t entries = assay_json_int(coverage, "entries", 0);
    size_t i;

    json_array_foreach(json_object_get(coverage, "formats"), i, row)
    {
        left -= assay_json_int(row, "bytes", 0);
        entries -= assay_json_int(row, "entries", 0);
        if (left < 0 || entries < 0)
            return lie(err, "formats of which more was read than in all");
    }
    json_array_foreach(json_object_get(coverage, "raw"), i, row)
    {
        if (assay_json_int(row, "bytes", 0) > bytes)
            return lie(err, "a raw place of which more was read than in all");
    }
    if ((json_array_size(json_object_get(coverage, "unread")) ||
         assay_json_int(coverage, "unread_more", 0)) &&
        !assay_json_int(json_object_get(summary, "by_class"), "unaudited", 0) &&
        !assay_json_int(summary, "dropped", 0))
        return lie(err, "unread places and no finding of them");
    return 0;
}

/* A worker need not hash what its coordinator hashes. */
static int fill_digest(const struct verify_facts *facts, json_t *report)
{
    json_t *artifact = json_object_get(report, "artifact");

    return !json_is_object(artifact) || json_object_get(artifact, "sha256")
               ? 0
               : json_object_set_new(artifact, "sha256", json_string(facts->sha256));
}

int verify_report(const struct verify_facts *facts, json_t *report, struct assay_error *err)
{
    struct assay_error why = {0};
    char claimed[16];
    int r;

    if (fill_digest(facts, report) < 0)
        return assay_error_set(err, ENOMEM, "out of memory");
    if (assay_schema_check("report", report, &why) < 0)
        return assay_error_set(err, EINVAL, "its report does not fit the schema: %s", why.text);
    r = check_artifact(facts, report, err);
    if (r == 0)
        r = check_policy(facts->job->policy, report, err);
    if (r == 0 && json_object_get(report, "bypass"))
        r = lie(err, "a bypass that nobody asked for");
    if (r < 0)
        return r;
    snprintf(claimed, sizeof(claimed), "%s", assay_json_string(report, "verdict", ""));
    r = assay_policy_judge(facts->job->policy, report, facts->today, err);
    if (r < 0)
        return r;
    if (!same(report, "verdict", claimed))
        return assay_error_set(err, EINVAL,
                               "its report gave the verdict %s where its findings say "
                               "%s",
                               claimed, assay_json_string(report, "verdict", "?"));
    r = check_coverage(report, err); /* by the summary that the judge wrote */
    if (r < 0)
        return r;
    r = json_object_set_new(report, "sandbox", audit_sandbox_json(&facts->sandbox));
    return r < 0 ? assay_error_set(err, ENOMEM, "out of memory") : 0;
}

/* The policy, less all that would let the audit's own failure pass. */
static json_t *strict_policy(const json_t *policy)
{
    json_t *strict = json_copy((json_t *)(uintptr_t)policy);
    json_t *block = json_copy(json_object_get(policy, "block"));

    if (!block)
        block = json_object();
    if (!strict || json_object_set_new(block, "unaudited", json_string("info")) < 0 ||
        json_object_set_new(strict, "block", block) < 0 ||
        json_object_set_new(strict, "waivers", json_array()) < 0 ||
        json_object_set_new(strict, "allow_unaudited", json_array()) < 0) {
        json_decref(strict);
        return NULL;
    }
    return strict;
}

static void findings_freep(struct findings **findings)
{
    findings_free(*findings);
}

static json_t *worker_finding(const struct verify_facts *facts, const char *what)
{
    _cleanup_(findings_freep) struct findings *findings = findings_new(facts->job->fingerprint_key);
    char message[512];
    const struct finding_hit hit = {
        .class = FINDING_UNAUDITED,
        .rule = "unaudited.worker",
        .severity = SEVERITY_HIGH,
        .container = "",
        .path = "",
        .offset = -1,
        .message = message,
        .help = "The artifact was not audited, so it is not published. Audit it again; if it "
                "happens again, the artifact may be made to break its reader: look at where it "
                "came from, and report the case with the artifact's digest.",
    };
    uint64_t dropped;

    snprintf(message, sizeof(message), "The process that read the artifact did not finish: %s.",
             what);
    if (!findings || findings_add(findings, &hit) < 0)
        return NULL;
    return findings_json(findings, &dropped);
}

int verify_incomplete(const struct verify_facts *facts, const char *what, json_t **ret,
                      struct assay_error *err)
{
    _cleanup_json_ json_t *policy = strict_policy(facts->job->policy);
    _cleanup_json_ json_t *findings = worker_finding(facts, what);
    _cleanup_json_ json_t *coverage = coverage_none(what);
    const struct audit_parts parts = {
        .name = facts->job->name,
        .sha256 = facts->sha256,
        .size = facts->size,
        .format = "unknown",
        .policy = policy,
        .sandbox = facts->sandbox,
        .coverage = coverage,
        .findings = findings,
        .started = facts->started,
        .seconds = facts->seconds,
        .today = facts->today,
    };

    if (!policy || !findings || !coverage)
        return assay_error_set(err, ENOMEM, "cannot write the report: out of memory");
    return audit_assemble(&parts, ret, err);
}
