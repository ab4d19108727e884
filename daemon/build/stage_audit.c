/* auditing: assay-audit reads the artifact; its verdict decides. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <assay/audit.h>
#include <assay/harvest.h>

#include "build/crash.h"
#include "build/workspace.h"

static bool follow_audit(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries,
                         const char *path)
{
    struct job *job = ctx;

    job_progress(job, path ? path : "", bytes, total, entries);
    return !job_stopped(job);
}

/* The target's policy with the waivers that people have given since, which stand above all its
 * layers, and what it harvests. */
static int policy_of(struct job *job, json_t **ret, struct assay_error *err)
{
    _cleanup_json_ json_t *policy = json_copy((json_t *)(uintptr_t)job->target->policy);
    _cleanup_json_ json_t *waivers = json_copy(json_object_get(policy, "waivers")), *given = NULL;
    int r = store_waivers_json(job->app->store, job->target->name, &given, err);

    if (r < 0)
        return r;
    if (!waivers || json_array_extend(waivers, given) < 0 ||
        json_object_set(policy, "waivers", waivers) < 0)
        return assay_error_set(err, ENOMEM, "out of memory");
    return assay_harvest(policy, job->target->flake, ret, err);
}

static int run_audit(struct job *job, int fd, json_t **ret, struct assay_error *err)
{
    _cleanup_json_ json_t *policy = NULL;
    const struct config *config = job->app->config;
    _cleanup_free_ char *worker = assay_audit_sibling("assay-audit");
    uint8_t key[ASSAY_FINGERPRINT_KEY_SIZE];
    char key_path[PATH_MAX], spool[PATH_MAX], cache[PATH_MAX];
    struct assay_audit_job audit = {.fd = fd,
                                    .name = job->build.artifact_name,
                                    .fingerprint_key = key,
                                    .worker = worker,
                                    .qemu_nbd = config->qemu_nbd,
                                    .spool_dir = spool,
                                    .cache_dir = cache,
                                    .memory = config->audit_memory,
                                    .allow_unsandboxed = config->allow_unsandboxed,
                                    .progress = follow_audit,
                                    .progress_ctx = job};
    int r;

    if (!worker)
        return assay_error_set(err, ENOMEM, "out of memory");
    snprintf(key_path, sizeof(key_path), "%s/fingerprint.key", config->state_dir);
    snprintf(spool, sizeof(spool), "%s/spool", config->work_dir);
    snprintf(cache, sizeof(cache), "%s/cache/%s", config->state_dir, job->build.target);
    r = assay_audit_fingerprint_key(key_path, key, err);
    if (r == 0)
        r = policy_of(job, &policy, err);
    audit.policy = policy;
    return r < 0 ? r : assay_audit_run(&audit, ret, err);
}

static int mark_bypass(struct job *job, json_t *report, struct assay_error *err)
{
    json_t *bypass;

    if (!job->build.bypass[0])
        return 0;
    bypass = json_pack("{s:s, s:s}", "reason", job->build.bypass, "by", job->build.requested_by);
    if (!bypass || json_object_set_new(report, "bypass", bypass) < 0)
        return assay_error_set(err, ENOMEM, "out of memory");
    return 0;
}

static void log_verdict(struct job *job, const json_t *report)
{
    buildlog_say(job->log, "the verdict of the audit is: %s; %lld findings block",
                 assay_json_string(report, "verdict", ""),
                 (long long)assay_json_int(json_object_get(report, "summary"), "blocking", 0));
    if (job->build.bypass[0])
        buildlog_say(job->log, "a bypass was demanded by %s: %s", job->build.requested_by,
                     job->build.bypass);
}

int stage_audit(struct job *job, struct assay_error *err)
{
    _cleanup_close_ int fd = -1;
    _cleanup_json_ json_t *report = NULL;
    char artifact[PATH_MAX];
    int r;

    workspace_artifact(job, artifact);
    fd = open(artifact, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) { /* lost in a crash */
        job->next = BUILD_ASSEMBLING;
        return 0;
    }
    buildlog_say(job->log, "auditing %s", job->build.artifact_name);
    r = run_audit(job, fd, &report, err);
    if (r < 0)
        return r;
    if (strcmp(assay_json_string(json_object_get(report, "artifact"), "sha256", ""),
               job->build.artifact_sha256) != 0)
        return assay_error_set(err, EBADMSG,
                               "the artifact changed between assembling and its audit: something "
                               "else writes to %s",
                               artifact);
    r = mark_bypass(job, report, err);
    if (r == 0)
        r = store_report_put(job->app->store, job->build.id, report, err);
    if (r < 0)
        return r;
    log_verdict(job, report);
    crash_point("audited");
    if (strcmp(assay_json_string(report, "verdict", ""), "pass") != 0 && !job->build.bypass[0])
        job->next = BUILD_REJECTED;
    return 0;
}
