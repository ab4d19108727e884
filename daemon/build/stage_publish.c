/* signing: the artifact into the blobs, the statement signed, the evidence beside it, all of it
 * read back and verified; then the release row, the channel and the build's state in one
 * transaction. Until that is committed nothing of this can be reached from outside, and each step
 * can be done again after a crash. */
#include <errno.h>
#include <string.h>

#include <assay/digest.h>
#include <assay/report.h>

#include "build/crash.h"
#include "build/signer.h"
#include "build/workspace.h"

/* The report in a format of assay_report_render(), as evidence of that kind. */
static int put_report(struct job *job, const json_t *report, const char *format, const char *kind,
                      struct assay_error *err)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(ASSAY_REPORT_RENDERED_MAX);
    int r = assay_report_render(format, report, NULL, &text, err);

    return r < 0 ? r
                 : blobs_put_evidence(job->app->blobs, job->build.artifact_sha256,
                                      job->build.version, kind, text.data, text.len, err);
}

static int put_signature(struct job *job, const char *channel, const json_t *report,
                         struct assay_error *err)
{
    _cleanup_free_ char *signature = malloc(ASSAY_MINISIGN_SIG_MAX);
    _cleanup_json_ json_t *statement = NULL;
    int r;

    if (!signature)
        return assay_error_set(err, ENOMEM, "out of memory");
    r = signer_statement(&job->build, channel, report, &statement, err);
    if (r == 0)
        r = signer_sign(job->app->signer, statement, signature, err);
    crash_point("signed");
    return r < 0
               ? r
               : blobs_put_evidence(job->app->blobs, job->build.artifact_sha256, job->build.version,
                                    "minisig", signature, strlen(signature), err);
}

static int read_evidence(struct job *job, const char *kind, struct assay_buf *buf,
                         struct assay_error *err)
{
    _cleanup_close_ int fd = -1;
    uint64_t size;
    int r = blobs_get_evidence(job->app->blobs, job->build.artifact_sha256, job->build.version,
                               kind, &fd, &size, err);

    if (r < 0)
        return r;
    r = assay_buf_reserve(buf, (size_t)size);
    if (r < 0)
        return assay_error_set(err, r, "the evidence %s is too long", kind);
    if (pread(fd, buf->data, (size_t)size, 0) != (ssize_t)size)
        return assay_error_set(err, EIO, "cannot read the evidence %s back", kind);
    buf->len = (size_t)size;
    buf->data[size] = '\0';
    return 0;
}

static int verify_artifact(struct job *job, uint8_t ret_blake2b[ASSAY_BLAKE2B512_SIZE],
                           struct assay_error *err)
{
    _cleanup_close_ int fd = -1;
    char sha256[ASSAY_SHA256_HEX];
    uint64_t size;
    int r = blobs_get(job->app->blobs, job->build.artifact_sha256, &fd, &size, err);

    if (r == 0)
        r = assay_digest_file(fd, sha256, ret_blake2b, &size, err);
    if (r == 0 && strcmp(sha256, job->build.artifact_sha256) != 0)
        r = assay_error_set(err, EBADMSG, "its SHA-256 is %s", sha256);
    return r;
}

/* The signature holds, and says what this release is. */
static int verify_signature(struct job *job, const uint8_t blake2b[ASSAY_BLAKE2B512_SIZE],
                            struct assay_error *err)
{
    _cleanup_buf_ struct assay_buf signature = ASSAY_BUF(ASSAY_MINISIGN_SIG_MAX);
    _cleanup_free_ char *trusted = malloc(ASSAY_MINISIGN_TRUSTED_MAX);
    struct assay_minisign_public public;
    char expected[256];
    int r = read_evidence(job, "minisig", &signature, err);

    if (r == 0 && !trusted)
        r = assay_error_set(err, ENOMEM, "out of memory");
    if (r < 0)
        return r;
    signer_public(job->app->signer, &public);
    r = assay_minisign_verify(&public, blake2b, assay_buf_str(&signature), signature.len, trusted,
                              err);
    snprintf(expected, sizeof(expected), "target:%s\tversion:%s\tsha256:%s\t", job->build.target,
             job->build.version, job->build.artifact_sha256);
    if (r == 0 && strncmp(trusted, expected, strlen(expected)) != 0)
        r = assay_error_set(err, EBADMSG, "the signature is another release's: %s", trusted);
    return r;
}

static int verify_report(struct job *job, const json_t *report, struct assay_error *err)
{
    /* It is indented for people, which the report that it was made of is not. */
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(ASSAY_REPORT_RENDERED_MAX);
    _cleanup_json_ json_t *found = NULL;
    int r = read_evidence(job, "audit.json", &text, err);

    if (r == 0)
        r = assay_json_parse(assay_buf_str(&text), text.len, "the evidence audit.json", &found,
                             err);
    if (r == 0 && !json_equal(found, report))
        r = assay_error_set(err, EBADMSG, "the evidence audit.json is another report");
    return r;
}

/* From the disk, and against the public key: what is verified is what will be served. */
static int verify(struct job *job, const json_t *report, struct assay_error *err)
{
    uint8_t blake2b[ASSAY_BLAKE2B512_SIZE];
    int r = verify_artifact(job, blake2b, err);

    if (r == 0)
        r = verify_signature(job, blake2b, err);
    return r < 0 ? r : verify_report(job, report, err);
}

/* Blob and evidence; nothing refers to them yet. */
static int prepare(struct job *job, const char *channel, const json_t *report,
                   struct assay_error *err)
{
    int r = put_signature(job, channel, report, err);

    crash_point("after-signature");
    if (r == 0)
        r = put_report(job, report, "json", "audit.json", err);
    if (r == 0)
        r = put_report(job, report, "sarif", "sarif", err);
    crash_point("after-evidence");
    return r;
}

int stage_publish(struct job *job, struct assay_error *err)
{
    const char *channel = job->build.bypass[0] ? "dev" : "nightly";
    _cleanup_json_ json_t *report = NULL;
    char artifact[PATH_MAX];
    int64_t release;
    int r;

    r = store_report_get(job->app->store, job->build.id, &report, err);
    if (r < 0)
        return r;
    job_progress(job, "publishing", 0, 0, 0);
    workspace_artifact(job, artifact);
    crash_point("before-blob");
    r = blobs_put(job->app->blobs, artifact, job->build.artifact_sha256, err);
    if (r == -ENOENT) { /* lost in a crash */
        job->next = BUILD_ASSEMBLING;
        return 0;
    }
    crash_point("after-blob");
    if (r == 0)
        r = prepare(job, channel, report, err);
    if (r < 0)
        return r;
    r = verify(job, report, err);
    if (r < 0)
        return assay_error_prefix(err, "what was written for %s does not verify",
                                  job->build.artifact_name);
    crash_point("verified");
    r = store_release_publish(job->app->store, &job->build, channel, &release, err);
    if (r < 0)
        return r;
    crash_point("published");
    buildlog_say(job->log, "published as release %lld of %s in the channel %s", (long long)release,
                 job->build.target, channel);
    return 0;
}
