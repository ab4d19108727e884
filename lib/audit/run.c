#include "audit/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/clock.h>

#include "audit/assemble.h"
#include "audit/budget.h"
#include "audit/coverage.h"
#include "audit/inspector.h"
#include "audit/origin.h"
#include "audit/relay.h"

#define NESTING_MAX 1024 /* entries open at once: the walk's own limit is far below */
#define PROGRESS_MS 200  /* between two tellings of progress */

/* An entry whose content is being read. */
struct frame {
    void *states[INSPECTORS];
    struct origin_entry origin;
    enum entry_in in;
};

struct audit_run {
    const struct message_job *job;
    struct findings *findings;
    struct inspector_tools tools;
    struct origin *origin;
    struct coverage coverage;
    struct frame *frames; /* a stack: containers nest */
    size_t n_frames, cap_frames;
    int failed; /* the first error of a callback that returns none */
    const struct image_host *host;
    struct relay *relay; /* while the walk goes on: all that is above belongs to its thread */
    uint64_t told;       /* when progress was told last */
    uint64_t began;      /* when the walk did */
};

static int prepare(struct audit_run *run, const struct scan_store *store, struct assay_error *err)
{
    const json_t *policy = run->job->policy;
    const struct checks_job checks = {policy, run->job->today, run->job->name};
    int r;

    run->findings = findings_new(run->job->key);
    run->origin = origin_new(json_object_get(policy, "trusted_keys"));
    if (coverage_init(&run->coverage) < 0 || !run->findings || !run->origin)
        return assay_error_set(err, ENOMEM, "out of memory");
    r = scan_engine_load(json_object_get(policy, "rules"), json_object_get(policy, "identities"),
                         run->findings, store, &run->tools.engine, err);
    if (r == 0)
        r = checks_new(&checks, run->findings, &run->tools.checks, err);
    return r;
}

int audit_run_new(const struct message_job *job, const struct scan_store *store,
                  struct audit_run **ret, struct assay_error *err)
{
    struct audit_run *run = calloc(1, sizeof(*run));
    int r;

    if (!run)
        return assay_error_set(err, ENOMEM, "out of memory");
    run->job = job;
    r = prepare(run, store, err);
    if (r < 0)
        audit_run_free(run);
    else
        *ret = run;
    return r;
}

static int close_frame(struct audit_run *run, bool dropped)
{
    struct frame *frame = &run->frames[--run->n_frames];
    int first = 0;

    findings_subject(run->findings, frame->origin.subject);
    for (size_t i = 0; i < INSPECTORS; i++) {
        int r = frame->states[i] ? inspectors[i].done(frame->states[i], dropped) : 0;

        first = first ? first : r;
    }
    origin_done(run->origin, &frame->origin);
    return first;
}

struct audit_run *audit_run_free(struct audit_run *run)
{
    if (!run)
        return NULL;
    while (run->n_frames > 0)
        close_frame(run, true);
    free(run->frames);
    checks_free(run->tools.checks);
    scan_engine_free(run->tools.engine);
    findings_free(run->findings);
    origin_free(run->origin);
    coverage_free(&run->coverage);
    free(run);
    return NULL;
}

static int push_frame(struct audit_run *run, enum entry_in in)
{
    if (run->n_frames == run->cap_frames) {
        size_t cap = run->cap_frames ? 2 * run->cap_frames : 16;
        struct frame *frames;

        if (cap > NESTING_MAX)
            return -E2BIG;
        frames = realloc(run->frames, cap * sizeof(*frames));
        if (!frames)
            return -ENOMEM;
        run->frames = frames;
        run->cap_frames = cap;
    }
    run->frames[run->n_frames++] = (struct frame){.in = in};
    run->coverage.in[in].entries++;
    return 0;
}

/* Names are looked at first. Those that no signature covers (owners, extended attributes) are
 * local wherever they stand. */
static int inspect_entry(struct audit_run *run, const struct entry *entry)
{
    struct frame *frame = &run->frames[run->n_frames - 1];
    int r = 0;

    for (size_t i = 0; r == 0 && i < INSPECTORS; i++) {
        bool names = inspectors[i].bytes == NULL;

        findings_subject(run->findings, names && !frame->origin.names ? 0 : frame->origin.subject);
        r = inspectors[i].entry(&run->tools, entry, &frame->states[i]);
    }
    return r;
}

static int on_entry(void *ctx, const struct entry *entry)
{
    struct audit_run *run = ctx;
    int r = run->failed ? run->failed : push_frame(run, entry->in);

    if (r == 0) {
        struct frame *frame = &run->frames[run->n_frames - 1];

        r = origin_entry(run->origin, entry, run->n_frames > 1 ? &frame[-1].origin : NULL,
                         &frame->origin);
    }
    if (r == 0)
        r = inspect_entry(run, entry);
    if (r == 0 && entry->type != ENTRY_FILE && entry->type != ENTRY_FREE &&
        entry->type != ENTRY_META)
        r = close_frame(run, false);
    return r;
}

static int on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset)
{
    struct audit_run *run = ctx;
    struct frame *frame;
    int r = run->failed;

    if (level >= run->n_frames)
        return -EINVAL;
    frame = &run->frames[level];
    run->coverage.in[frame->in].bytes += len;
    findings_subject(run->findings, frame->origin.subject);
    if (r == 0)
        r = origin_bytes(run->origin, &frame->origin, data, len, offset);
    for (size_t i = 0; r == 0 && i < INSPECTORS; i++)
        if (frame->states[i])
            r = inspectors[i].bytes(frame->states[i], data, len, offset);
    return r;
}

static int on_done(void *ctx)
{
    struct audit_run *run = ctx;

    return run->n_frames ? close_frame(run, false) : -EINVAL;
}

static void on_unread(void *ctx, const char *where, enum unread_reason reason, const char *detail)
{
    struct audit_run *run = ctx;
    int r;

    findings_subject(run->findings,
                     run->n_frames ? run->frames[run->n_frames - 1].origin.subject : 0);
    r = unread_add(&run->coverage.unread, run->findings, where, reason, detail);
    run->failed = run->failed ? run->failed : r;
}

static void on_raw(void *ctx, const char *where, const char *format, uint64_t bytes)
{
    struct audit_run *run = ctx;
    int r = coverage_raw(&run->coverage, where, format, bytes);

    run->failed = run->failed ? run->failed : r;
}

static int open_nbd(void *ctx, int disk, const char *format, int *ret, struct assay_error *err)
{
    struct audit_run *run = ctx;

    return run->host->open_nbd(run->host->ctx, disk, format, ret, err);
}

static int open_spool(void *ctx, int *ret, struct assay_error *err)
{
    struct audit_run *run = ctx;

    return run->host->open_spool(run->host->ctx, ret, err);
}

/* What goes on to a person's screen and the daemon's log is redacted like the report, by all that
 * was found in it up to there. */
static void on_progress(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries,
                        const char *path)
{
    struct audit_run *run = ctx;
    uint64_t now = assay_clock_ms();
    _cleanup_json_ json_t *redacted = NULL;

    if (now - run->told < PROGRESS_MS)
        return;
    run->told = now;
    if (run->relay && relay_drain(run->relay) < 0)
        return; /* the walk is told by its next visit */
    redacted = findings_redacted(run->findings, path ? path : "");
    if (redacted)
        run->host->progress(run->host->ctx, bytes, total, entries, json_string_value(redacted));
}

/* Walks once more for the store paths that came in another order than a NAR's. */
static int look_again(struct audit_run *run, int fd, const struct image_budget *budget,
                      const struct image_host *host, struct assay_error *err)
{
    _cleanup_reorder_ struct reorder *reorder = NULL;
    struct image_budget rest = *budget;
    struct image_result again = {0};
    uint64_t spent = (assay_clock_ms() - run->began) / 1000;
    int spool, r = origin_look_up(run->origin, &reorder);

    if (r < 0)
        return assay_error_set(err, r, "cannot look at the signatures of store paths: %s",
                               strerror(-r));
    if (!reorder || !host->open_spool)
        return 0;
    r = host->open_spool(host->ctx, &spool, err);
    if (r < 0)
        return r;
    reorder_spool(reorder, spool);
    rest.seconds = spent < rest.seconds ? rest.seconds - spent : 1;
    r = image_walk(fd, &rest, &reorder_visitor, reorder, host, &again, err);
    if (r < 0)
        return r;
    r = reorder_finish(reorder);
    return r < 0 ? assay_error_set(err, r, "cannot hash store paths: %s", strerror(-r)) : 0;
}

static int finish(struct audit_run *run, int fd, const struct image_budget *budget,
                  const struct image_host *host, struct assay_error *err)
{
    int r = 0;

    findings_subject(run->findings, 0);
    for (size_t i = 0; r == 0 && i < INSPECTORS; i++) {
        r = inspectors[i].finish ? inspectors[i].finish(&run->tools) : 0;
        if (r < 0)
            assay_error_set(err, r, "the inspector \"%s\" failed: %s", inspectors[i].name,
                            strerror(-r));
    }
    if (r == 0)
        r = look_again(run, fd, budget, host, err);
    if (r < 0)
        return r;
    r = origin_finish(run->origin, run->findings, run->tools.checks);
    return r < 0 ? assay_error_set(err, r, "cannot judge the store paths: %s", strerror(-r)) : 0;
}

static int walk(struct audit_run *run, int fd, struct image_result *ret, struct assay_error *err)
{
    static const struct image_visitor visitor = {
        .entry = on_entry, .bytes = on_bytes, .done = on_done, .unread = on_unread, .raw = on_raw};
    const struct image_host *host = run->host;
    const struct image_host own = {
        .open_nbd = host && host->open_nbd ? open_nbd : NULL,
        .open_spool = host && host->open_spool ? open_spool : NULL,
        .progress = host && host->progress ? on_progress : NULL,
        .hashes = host && host->hashes,
        .ctx = run,
    };
    const struct image_budget budget = audit_budget(run->job->policy);
    int r = relay_new(&visitor, run, &run->relay);

    if (r < 0)
        return assay_error_set(err, r, "cannot start a thread: %s", strerror(-r));
    r = image_walk(fd, &budget, &relay_visitor, run->relay, &own, ret, err);
    if (r == 0) {
        r = relay_drain(run->relay);
        if (r < 0)
            assay_error_set(err, r, "cannot look at what was read: %s", strerror(-r));
    }
    run->relay = relay_free(run->relay);
    if (r == 0 && run->failed)
        r = assay_error_set(err, run->failed, "cannot note what was not read: %s",
                            strerror(-run->failed));
    if (r < 0)
        return r;
    checks_artifact(run->tools.checks, ret->format, ret->size);
    return finish(run, fd, &budget, &own, err);
}

int audit_run_read(struct audit_run *run, int fd, const struct message_sandbox *sandbox,
                   const struct image_host *host, json_t **ret, struct assay_error *err)
{
    struct image_result result = {0};
    struct audit_parts parts = {
        .policy = run->job->policy, .sandbox = *sandbox, .today = run->job->today};
    _cleanup_json_ json_t *coverage = NULL, *findings = NULL, *name = NULL;
    int r;

    run->host = host;
    run->began = assay_clock_ms();
    parts.started = assay_clock_unix();
    r = walk(run, fd, &result, err);
    if (r < 0)
        return r;
    coverage = coverage_json(&run->coverage, &result, run->findings);
    findings = findings_json(run->findings, &parts.dropped);
    name = findings_redacted(run->findings, run->job->name);
    if (!coverage || !findings || !name ||
        json_object_set_new(coverage, "store", origin_json(run->origin)) < 0)
        return assay_error_set(err, ENOMEM, "cannot write the report: out of memory");
    parts.name = json_string_value(name);
    parts.sha256 = *result.sha256 ? result.sha256 : NULL;
    parts.size = result.size;
    parts.format = result.format;
    parts.coverage = coverage;
    parts.findings = findings;
    parts.seconds = (double)(assay_clock_ms() - run->began) / 1000;
    return audit_assemble(&parts, ret, err);
}

int audit_run_keep(const struct audit_run *run, int fd)
{
    ssize_t n = scan_engine_keep(run->tools.engine, fd);

    return n < 0 ? (int)n : n > 0;
}
