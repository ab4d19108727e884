/* The matcher over content in memory, by one set of rules a program. */
#ifndef ASSAY_TESTS_FUZZ_SCAN_H
#define ASSAY_TESTS_FUZZ_SCAN_H

#include <stdlib.h>

#include "scan/stream.h"

/* What is looked for, as JSON texts. */
struct fuzz_rules {
    const char *rules, *identities;
};

static inline json_t *fuzz_parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);

    if (!json)
        abort();
    return json;
}

/* One engine for all inputs, since compiling one takes longer than they do. */
static inline struct scan_engine *fuzz_engine(const struct fuzz_rules *texts,
                                              struct findings *findings)
{
    static struct scan_engine *engine;
    json_t *rules, *identities;

    if (!engine) {
        rules = fuzz_parse(texts->rules);
        identities = fuzz_parse(texts->identities);
        if (scan_engine_new(rules, identities, findings, &engine, NULL) < 0)
            abort();
        json_decref(rules);
        json_decref(identities);
    }
    engine->findings = findings;
    return engine;
}

/* What is found in `len` bytes that are fed in pieces of `piece`; the caller owns it. `texts` are
 * the same in every call. */
static inline json_t *fuzz_scan(const struct fuzz_rules *texts, const uint8_t *data, size_t len,
                                size_t piece)
{
    static const uint8_t key[FINDING_KEY_SIZE] = {1};
    struct findings *findings = findings_new(key);
    struct scan_stream *stream = NULL;
    uint64_t dropped = 0;
    json_t *json;

    if (!findings || scan_stream_open(fuzz_engine(texts, findings), "", "file", &stream) < 0)
        abort();
    for (size_t at = 0, n; at < len; at += n) {
        n = piece > len - at ? len - at : piece;
        if (scan_stream_feed(stream, data + at, n, at) < 0)
            abort();
    }
    if (scan_stream_close(stream) < 0)
        abort();
    json = findings_json(findings, &dropped);
    if (!json)
        abort();
    findings_free(findings);
    return json;
}

/* Shows both where they differ, and aborts; else takes over the reference to `other`. */
static inline void fuzz_must_equal(json_t *one, json_t *other)
{
    if (!json_equal(one, other)) {
        json_dumpf(one, stderr, JSON_INDENT(1));
        json_dumpf(other, stderr, JSON_INDENT(1));
        abort();
    }
    json_decref(other);
}

#endif
