/* What the tests of the matcher share: rules in one line, an engine with its findings, and
 * feeding content in pieces. */
#ifndef TESTS_UNIT_SCAN_FIXTURE_H
#define TESTS_UNIT_SCAN_FIXTURE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scan/engine.h"

struct fixture {
    struct findings *findings;
    struct scan_engine *engine;
};

static const uint8_t fixture_key[FINDING_KEY_SIZE] = {42};

/* Takes over the references to both. */
static inline struct fixture fixture_new(json_t *rules, json_t *identities)
{
    struct fixture fixture = {.findings = findings_new(fixture_key)};
    struct assay_error err = {0};

    ck_assert_ptr_nonnull(fixture.findings);
    ck_assert_msg(scan_engine_new(rules, identities, fixture.findings, &fixture.engine, &err) == 0,
                  "%s", err.text);
    json_decref(rules);
    json_decref(identities);
    return fixture;
}

static inline void fixture_free(struct fixture *fixture)
{
    scan_engine_free(fixture->engine);
    findings_free(fixture->findings);
}

static inline json_t *fixture_rule(const char *family, const char *id, const char *pattern)
{
    json_t *rule = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "family", family, "id", id,
                             "severity", "high", "pattern", pattern, "message", "M", "help", "H");

    ck_assert_ptr_nonnull(rule);
    return rule;
}

/* Scans `len` bytes as one entry, in pieces of `piece` bytes (0: all at once). */
static inline void fixture_scan(struct fixture *fixture, const char *path, const void *data,
                                size_t len, size_t piece)
{
    struct scan_stream *stream = NULL;

    ck_assert_int_eq(scan_stream_open(fixture->engine, "", path, &stream), 0);
    for (size_t at = 0; at < len;) {
        size_t n = piece == 0 || piece > len - at ? len - at : piece;

        ck_assert_int_eq(scan_stream_feed(stream, (const uint8_t *)data + at, n, at), 0);
        at += n;
    }
    ck_assert_int_eq(scan_stream_close(stream), 0);
}

static inline json_t *fixture_json(const struct fixture *fixture)
{
    uint64_t dropped = 0;
    json_t *json = findings_json(fixture->findings, &dropped);

    ck_assert_ptr_nonnull(json);
    ck_assert_uint_eq(dropped, 0);
    return json;
}

/* Findings and further places, in all. */
static inline int64_t fixture_places(const struct fixture *fixture)
{
    json_t *json = fixture_json(fixture), *finding;
    int64_t n = 0;
    size_t i;

    json_array_foreach(json, i, finding)
    {
        n += assay_json_int(finding, "place_count", 0);
    }
    json_decref(json);
    return n;
}

#endif
