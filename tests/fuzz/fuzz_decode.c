/* The decoders on any content: what is found must depend neither on how content is cut into pieces
 * nor on where a window ends. The first two bytes say where that is and how long the pieces are. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scan/stream.h"

#define AROUND 512 /* bytes of something else to either side */

static const char rules_text[] =
    "[{\"id\":\"a.token\",\"family\":\"a\",\"severity\":\"high\",\"pattern\":\"tok_[a-z]{4,8}\"},"
    " {\"id\":\"a.pair\",\"family\":\"a\",\"severity\":\"high\","
    "  \"pattern\":\"key=(?<secret>[^\\\\s\\\"]{8,3000})\"},"
    " {\"id\":\"generic.k\",\"family\":\"generic\",\"severity\":\"low\",\"pattern\":\"k=[a-z_]+\"}"
    "]";

static const char identities_text[] = "[{\"kind\":\"username\",\"value\":\"tim\"},"
                                      " {\"kind\":\"name\",\"value\":\"J\\u00fcrgen \\u017bak\"}]";

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

/* A place relative to the input; lines depend on what stands around it. */
static void normalize(json_t *place, size_t before)
{
    json_int_t offset = json_integer_value(json_object_get(place, "offset"));

    json_object_del(place, "line");
    if (offset >= 0)
        json_object_set_new(place, "offset", json_integer(offset - (json_int_t)before));
}

/* What is found in `size` bytes behind `before` others, fed in pieces of `piece`. */
static json_t *scan(const uint8_t *data, size_t size, size_t before, size_t piece)
{
    static const uint8_t key[FINDING_KEY_SIZE] = {1};
    struct findings *findings = findings_new(key);
    struct scan_stream *stream = NULL;
    size_t len = before + size + AROUND, i, j;
    uint8_t *content = malloc(len);
    json_t *json, *finding, *place;
    uint64_t dropped = 0;

    if (!content || !findings || scan_stream_open(engine_for(findings), "", "file", &stream) < 0)
        abort();
    memset(content, '.', len);
    memcpy(content + before, data, size);
    for (size_t at = 0, n; at < len; at += n) {
        n = piece > len - at ? len - at : piece;
        if (scan_stream_feed(stream, content + at, n, at) < 0)
            abort();
    }
    if (scan_stream_close(stream) < 0)
        abort();
    json = findings_json(findings, &dropped);
    if (!json)
        abort();
    json_array_foreach(json, i, finding)
    {
        normalize(finding, before);
        json_array_foreach(json_object_get(finding, "places"), j, place)
        {
            normalize(place, before);
        }
    }
    free(content);
    findings_free(findings);
    return json;
}

static void must_equal(json_t *one, json_t *other)
{
    if (!json_equal(one, other)) {
        json_dumpf(one, stderr, JSON_INDENT(1));
        json_dumpf(other, stderr, JSON_INDENT(1));
        abort();
    }
    json_decref(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *whole;
    size_t back, piece;

    if (size < 2)
        return 0;
    /* UTF-16 is read by even and odd offsets. */
    back = data[0] * (size - 2) / 255 / 2 * 2;
    piece = data[1] * (size_t)8 + 1;
    whole = scan(data + 2, size - 2, AROUND, SIZE_MAX);
    must_equal(whole, scan(data + 2, size - 2, AROUND, piece));
    must_equal(whole, scan(data + 2, size - 2, STREAM_WINDOW - back, SIZE_MAX));
    json_decref(whole);
    return 0;
}
