/* What the tests of the system checks share: one audit's checks, shown entries as the audit does.
 */
#ifndef TESTS_UNIT_CHECKS_FIXTURE_H
#define TESTS_UNIT_CHECKS_FIXTURE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "checks/checks.h"

struct fixture {
    struct findings *findings;
    struct checks *checks;
    json_t *policy;
};

static const uint8_t fixture_key[FINDING_KEY_SIZE] = "a key for tests only";

/* `policy` is JSON, or NULL; `name` the artifact's. */
static inline struct fixture fixture_new(const char *policy, const char *name)
{
    struct fixture f = {.findings = findings_new(fixture_key)};
    struct checks_job job = {.today = "2026-11-21", .name = name};
    struct assay_error err = {0};

    ck_assert_ptr_nonnull(f.findings);
    if (policy)
        ck_assert_msg(assay_json_parse(policy, strlen(policy), "row", &f.policy, &err) == 0, "%s",
                      err.text);
    job.policy = f.policy;
    ck_assert_msg(checks_new(&job, f.findings, &f.checks, &err) == 0, "%s", err.text);
    return f;
}

/* Shows an entry with its content. Returns how much of it was wanted. */
static inline int fixture_entry(struct fixture *f, const struct entry *entry, const char *content,
                                size_t len, bool whole)
{
    int wanted = checks_entry(f->checks, entry);

    ck_assert_int_ge(wanted, 0);
    if (wanted)
        ck_assert_int_eq(checks_content(f->checks, entry, (const uint8_t *)content, len, whole), 0);
    return wanted;
}

/* The same of a file of root's with mode 0644 in the artifact itself. */
static inline int fixture_file(struct fixture *f, const char *path, const char *content)
{
    const struct entry entry = {.container = "",
                                .path = path,
                                .type = ENTRY_FILE,
                                .mode = 0644,
                                .size = (int64_t)strlen(content)};

    return fixture_entry(f, &entry, content, strlen(content), true);
}

static inline void fixture_link(struct fixture *f, const char *path, const char *target)
{
    const struct entry entry = {
        .container = "", .path = path, .type = ENTRY_SYMLINK, .mode = 0777, .link = target};

    ck_assert_int_eq(checks_entry(f->checks, &entry), 0);
}

/* Ends the audit: the findings' array, which the caller frees. */
static inline json_t *fixture_finish(struct fixture *f)
{
    uint64_t dropped = 0;
    json_t *list;

    ck_assert_int_eq(checks_finish(f->checks), 0);
    list = findings_json(f->findings, &dropped);
    ck_assert_ptr_nonnull(list);
    checks_free(f->checks);
    findings_free(f->findings);
    json_decref(f->policy);
    return list;
}

/* The first finding of the rule, or NULL. */
static inline const json_t *fixture_find(const json_t *list, const char *rule)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        if (strcmp(assay_json_string(one, "rule", ""), rule) == 0)
            return one;
    }
    return NULL;
}

static inline size_t fixture_count(const json_t *list, const char *rule)
{
    size_t i, n = 0;
    json_t *one;

    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        n += strcmp(assay_json_string(one, "rule", ""), rule) == 0;
    }
    return n;
}

#endif
