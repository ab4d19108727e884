#include <assay/audit.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <assay/clock.h>

#include "audit/session.h"
#include "audit/verify.h"

#define DAY_SIZE 11 /* "2026-11-21" and the NUL */

/* Kernels stamp changes with a clock that ticks this often at worst (CONFIG_HZ=100). */
#define TICK_NS 10000000

static int64_t nanoseconds(const struct timespec *time)
{
    return time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

/* Looks at the artifact. Once its last change is older than the kernel's clock is coarse, a further
 * one would give it another time. */
static int check_artifact(const struct assay_audit_job *job, struct stat *ret,
                          struct assay_error *err)
{
    const struct timespec tick = {.tv_nsec = 2 * TICK_NS};
    struct timespec now;

    if (fstat(job->fd, ret) < 0)
        return assay_error_set(err, errno, "cannot read %s: %s", job->name, strerror(errno));
    if (!S_ISREG(ret->st_mode))
        return assay_error_set(err, EINVAL, "%s is not a regular file; save it to one first",
                               job->name);
    clock_gettime(CLOCK_REALTIME, &now);
    if (nanoseconds(&now) - nanoseconds(&ret->st_ctim) < 2 * TICK_NS)
        nanosleep(&tick, NULL);
    return 0;
}

/* The worker and the digest have read the same bytes when nobody wrote any meanwhile. */
static int check_unchanged(const struct assay_audit_job *job, const struct stat *before,
                           struct assay_error *err)
{
    struct stat after;

    if (fstat(job->fd, &after) < 0)
        return assay_error_set(err, errno, "cannot read %s: %s", job->name, strerror(errno));
    if (after.st_size != before->st_size ||
        nanoseconds(&after.st_mtim) != nanoseconds(&before->st_mtim) ||
        nanoseconds(&after.st_ctim) != nanoseconds(&before->st_ctim))
        return assay_error_set(err, ESTALE,
                               "the artifact changed while it was read: audit it again when "
                               "nothing writes to it any more");
    return 0;
}

/* Judges what the talk came to. */
static int conclude(struct session *session, int talked, struct verify_facts *facts,
                    const struct assay_error *said, json_t **ret, struct assay_error *err)
{
    struct assay_error why = *said;

    if (talked == 0)
        talked = verify_report(facts, session->report, &why);
    if (talked == 0) {
        session_keep_seen(session);
        *ret = ASSAY_TAKE(session->report);
        return 0;
    }
    return verify_incomplete(facts, why.text, ret, err);
}

int assay_audit_run(const struct assay_audit_job *job, json_t **ret, struct assay_error *err)
{
    struct verify_facts facts = {.job = job, .started = assay_clock_unix()};
    struct assay_error said = {0};
    struct verify_digest *digest;
    struct session session;
    uint64_t start = assay_clock_ms();
    struct stat before;
    char now[ASSAY_CLOCK_ISO], today[DAY_SIZE], sha256[65];
    int talked, r = check_artifact(job, &before, err);

    if (r < 0)
        return r;
    assay_clock_iso(facts.started, now);
    snprintf(today, sizeof(today), "%s", now);
    digest = verify_digest_start(job->fd);
    talked = session_open(&session, job, today, &said);
    if (talked == 0)
        talked = session_talk(&session, &said);
    /* Without the artifact in its hands the worker's trouble is none of the artifact's. */
    r = talked < 0 && (!session.handed || talked == -ECANCELED) ? talked : 0;
    if (r < 0)
        assay_error_set(err, r, "%s", said.text);
    talked = r < 0 ? r : talked;
    facts.sandbox = session.sandbox;
    facts.today = today;
    facts.sha256 = sha256;
    if (verify_digest_end(digest, r < 0, sha256, &facts.size) < 0 && r == 0)
        r = assay_error_set(err, EIO, "cannot compute the digest of %s", job->name);
    if (talked == 0)
        talked = check_unchanged(job, &before, &said);
    facts.seconds = (double)(assay_clock_ms() - start) / 1000;
    if (r == 0)
        r = conclude(&session, talked, &facts, &said, ret, err);
    session_close(&session);
    return r;
}
