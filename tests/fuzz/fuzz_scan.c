/* The matcher on any content: what it finds must not depend on how the content is cut. The first
 * three bytes say how much padding stands around the rest (in units of 2 KiB) and how long the
 * pieces are (8 bytes and one more). */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scan/stream.h"

#define PAD 2048

static const char rules_text[] =
    "[{\"id\":\"a.pem\",\"family\":\"a\",\"severity\":\"high\",\"check\":\"pem\","
    "  \"prefilter\":\"BEGIN [A-Z]{0,9}\","
    "  \"pattern\":\"BEGIN [A-Z]{0,9}(?<secret>[A-Za-z0-9+/=:,\\\\s]{16,3000})\"},"
    " {\"id\":\"a.token\",\"family\":\"a\",\"severity\":\"high\",\"pattern\":\"tok_[a-z]{4,8}\"},"
    " {\"id\":\"a.line\",\"family\":\"a\",\"severity\":\"high\",\"pattern\":\"^k=(?<secret>.+)$\"},"
    " {\"id\":\"generic.k\",\"family\":\"generic\",\"severity\":\"low\",\"pattern\":\"k=[a-z_]+\"},"
    " {\"id\":\"a.hash\",\"family\":\"a\",\"severity\":\"low\",\"check\":\"crypt\","
    "  \"prefilter\":\"[$][0-9a-z]{1,3}[$][A-Za-z0-9./$=]{8}\","
    "  \"pattern\":\"[$][0-9a-z]{1,3}[$][A-Za-z0-9./$=]{8,200}\"},"
    " {\"id\":\"a.jwt\",\"family\":\"a\",\"severity\":\"low\",\"check\":\"jwt\","
    "  \"prefilter\":\"eyJ[A-Za-z0-9]\","
    "  \"pattern\":\"eyJ[A-Za-z0-9_-]*[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]*\"}]";

static const char identities_text[] = "[{\"kind\":\"username\",\"value\":\"tim\"},"
                                      " {\"kind\":\"name\",\"value\":\"Ottilie Brandvold\"}]";

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);

    if (!json)
        abort();
    return json;
}

/* One engine for all inputs, since compiling one takes longer than they do. */
static struct scan_engine *engine_for(struct findings *findings)
{
    static struct scan_engine *engine;
    json_t *rules, *identities;

    if (!engine) {
        rules = parse(rules_text);
        identities = parse(identities_text);
        if (scan_engine_new(rules, identities, findings, &engine, NULL) < 0)
            abort();
        json_decref(rules);
        json_decref(identities);
    }
    engine->findings = findings;
    return engine;
}

/* What is found in `len` bytes that are fed in pieces of `piece`. */
static json_t *scan(const uint8_t *data, size_t len, size_t piece)
{
    static const uint8_t key[FINDING_KEY_SIZE] = {1};
    struct findings *findings = findings_new(key);
    struct scan_stream *stream = NULL;
    uint64_t dropped = 0;
    json_t *json;

    if (!findings || scan_stream_open(engine_for(findings), "", "file", &stream) < 0)
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t pad, piece, len;
    uint8_t *content;
    json_t *whole, *cut;

    if (size < 3)
        return 0;
    pad = data[0] * (size_t)PAD;
    piece = (data[1] | (size_t)data[2] << 8) * 8 + 1;
    size -= 3;
    len = 2 * pad + size;
    content = malloc(len + 1);
    if (!content)
        abort();
    memset(content, '.', len);
    memcpy(content + pad, data + 3, size);
    whole = scan(content, len, len + 1);
    cut = scan(content, len, piece);
    if (!json_equal(whole, cut))
        abort();
    json_decref(whole);
    json_decref(cut);
    free(content);
    return 0;
}
