#include "audit/assemble.h"

#include <errno.h>
#include <string.h>

#include <assay/clock.h>
#include <assay/policy.h>

json_t *audit_sandbox_json(const struct message_sandbox *sandbox)
{
    return json_pack("{s:b, s:i, s:b}", "seccomp", sandbox->seccomp, "landlock", sandbox->landlock,
                     "rlimits", sandbox->rlimits);
}

static json_t *policy_json(const json_t *policy)
{
    return json_pack("{s:s, s:s, s:s, s:O?, s:O*}", "name", assay_json_string(policy, "name", "?"),
                     "digest", assay_json_string(policy, "digest", ""), "rules_digest",
                     assay_json_string(policy, "rules_digest", ""), "layers",
                     json_object_get(policy, "layers"), "harvested",
                     json_object_get(policy, "harvested"));
}

static json_t *artifact_json(const struct audit_parts *parts)
{
    return json_pack("{s:o, s:s*, s:I, s:s}", "name",
                     assay_json_foreign_string(parts->name, strlen(parts->name)), "sha256",
                     parts->sha256, "size", (json_int_t)parts->size, "format", parts->format);
}

int audit_assemble(const struct audit_parts *parts, json_t **ret, struct assay_error *err)
{
    char started[ASSAY_CLOCK_ISO];
    _cleanup_json_ json_t *report = NULL;
    int r;

    assay_clock_iso(parts->started, started);
    /* The judge fills in the verdict and the rest of the summary. */
    report =
        json_pack("{s:s, s:{s:s, s:s}, s:o, s:s, s:o, s:o, s:O, s:{s:I}, s:s, s:f, s:O}", /**/
                  "schema", "assay.report/1", "tool", "name", "assay", "version", ASSAY_VERSION,
                  "artifact", artifact_json(parts), "verdict", "incomplete", "policy",
                  policy_json(parts->policy), "sandbox", audit_sandbox_json(&parts->sandbox),
                  "coverage", parts->coverage, "summary", "dropped", (json_int_t)parts->dropped,
                  "started", started, "seconds", parts->seconds, "findings", parts->findings);
    if (!report)
        return assay_error_set(err, ENOMEM, "cannot write the report: out of memory");
    r = assay_policy_judge(parts->policy, report, parts->today, err);
    if (r == 0)
        *ret = ASSAY_TAKE(report);
    return r;
}
