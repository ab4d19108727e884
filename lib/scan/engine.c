#include "scan/engine.h"

#include <errno.h>
#include <string.h>

#include "scan/database.h"
#include "scan/stream.h"

#define MATCH_LIMIT 2000000        /* steps of one PCRE2 match: some milliseconds */
#define JIT_STACK_MAX (512u << 10) /* bytes */
#define IDENTITIES_MAX 20000

static int compile_rules(struct scan_engine *engine, const json_t *rules, struct assay_error *err)
{
    size_t i;
    json_t *json;

    engine->rules = calloc(json_array_size(rules) + 1, sizeof(*engine->rules));
    if (!engine->rules)
        return assay_error_set(err, ENOMEM, "out of memory while compiling the rules");
    json_array_foreach(rules, i, json)
    {
        int r = rule_compile(json, &engine->rules[engine->n_rules], err);

        if (r < 0)
            return r;
        engine->n_rules++;
    }
    return 0;
}

static int make_identities(struct scan_engine *engine, const json_t *identities,
                           struct assay_error *err)
{
    size_t i, n = json_array_size(identities);
    json_t *json;

    if (n > IDENTITIES_MAX)
        return assay_error_set(err, EINVAL, "identities: %zu are too many; at most %d are taken", n,
                               IDENTITIES_MAX);
    engine->identities = calloc(n + 1, sizeof(*engine->identities));
    if (!engine->identities)
        return assay_error_set(err, ENOMEM, "out of memory while taking in the identities");
    json_array_foreach(identities, i, json)
    {
        int r =
            identity_make(json, engine->findings, &engine->identities[engine->n_identities], err);

        if (r < 0)
            return r;
        engine->n_identities++;
    }
    return 0;
}

/* Everything that PCRE2 and Hyperscan need to match, made now: the auditor is locked down later. */
static int make_tools(struct scan_engine *engine)
{
    uint32_t groups = 0;

    for (size_t i = 0; i < engine->n_rules; i++) {
        uint32_t n = 0;

        pcre2_pattern_info(engine->rules[i].pattern, PCRE2_INFO_CAPTURECOUNT, &n);
        if (n > groups)
            groups = n;
    }
    engine->match = pcre2_match_data_create(groups + 1, NULL);
    engine->context = pcre2_match_context_create(NULL);
    engine->stack = pcre2_jit_stack_create(32u << 10, JIT_STACK_MAX, NULL);
    engine->callbacks =
        calloc(engine->n_rules + engine->n_identities + 1, sizeof(*engine->callbacks));
    if (!engine->match || !engine->context || !engine->stack || !engine->callbacks)
        return -ENOMEM;
    pcre2_set_match_limit(engine->context, MATCH_LIMIT);
    pcre2_set_depth_limit(engine->context, 10000);
    pcre2_jit_stack_assign(engine->context, NULL, engine->stack);
    if (engine->database && hs_alloc_scratch(engine->database, &engine->scratch) != HS_SUCCESS)
        return -ENOMEM;
    engine->names = stream_new(engine);
    return engine->names ? 0 : -ENOMEM;
}

static int fill(struct scan_engine *engine, const json_t *rules, const json_t *identities,
                const struct scan_store *store, struct assay_error *err)
{
    int r = compile_rules(engine, rules, err);

    if (r == 0)
        r = make_identities(engine, identities, err);
    if (r < 0)
        return r;
    r = database_make(engine, store, err);
    if (r < 0)
        return r;
    engine->seen = seen_new(rules, identities, store);
    if (make_tools(engine) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while compiling the rules");
    return 0;
}

int scan_engine_new(const json_t *rules, const json_t *identities, struct findings *findings,
                    struct scan_engine **ret, struct assay_error *err)
{
    return scan_engine_load(rules, identities, findings, NULL, ret, err);
}

int scan_engine_load(const json_t *rules, const json_t *identities, struct findings *findings,
                     const struct scan_store *store, struct scan_engine **ret,
                     struct assay_error *err)
{
    struct scan_engine *engine = calloc(1, sizeof(*engine));
    int r;

    if (!engine)
        return assay_error_set(err, ENOMEM, "out of memory while compiling the rules");
    engine->findings = findings;
    engine->json = json_deep_copy(rules);
    r = fill(engine, engine->json, identities, store, err);
    if (r < 0)
        scan_engine_free(engine);
    else
        *ret = engine;
    return r;
}

struct scan_engine *scan_engine_free(struct scan_engine *engine)
{
    struct scan_stream *next;

    if (!engine)
        return NULL;
    for (struct scan_stream *stream = engine->spare; stream; stream = next) {
        next = stream->next;
        stream_free(stream);
    }
    stream_free(engine->names);
    stream_free(engine->decoded);
    for (size_t i = 0; i < DECODE_LEVELS; i++)
        decode_batch_free(engine->batches[i]);
    for (size_t i = 0; i < engine->n_rules; i++)
        rule_clear(&engine->rules[i]);
    free(engine->rules);
    for (size_t i = 0; i < engine->n_identities; i++)
        identity_clear(&engine->identities[i]);
    free(engine->identities);
    free(engine->callbacks);
    seen_free(engine->seen);
    pcre2_match_data_free(engine->match);
    pcre2_match_context_free(engine->context);
    pcre2_jit_stack_free(engine->stack);
    hs_free_scratch(engine->scratch);
    hs_free_database(engine->database);
    json_decref(engine->json);
    free(engine);
    return NULL;
}

struct scan_stream *stream_new(struct scan_engine *engine)
{
    struct scan_stream *stream = engine->spare;

    if (stream) {
        engine->spare = stream->next;
        stream->next = NULL;
        return stream;
    }
    stream = calloc(1, sizeof(*stream));
    if (!stream)
        return NULL;
    stream->engine = engine;
    stream->container_text = stream->path_text = ASSAY_BUF(1u << 20);
    stream->buffer = malloc(STREAM_BUFFER);
    stream->slots = calloc(engine->n_rules + engine->n_identities + 1, sizeof(*stream->slots));
    if (stream->buffer && stream->slots)
        return stream;
    stream_free(stream);
    return NULL;
}

void stream_free(struct scan_stream *stream)
{
    if (!stream)
        return;
    decode_begin(&stream->decode);
    for (size_t i = 0; i < stream->n_matches; i++) {
        explicit_bzero(stream->matches[i].secret, stream->matches[i].secret_len);
        free(stream->matches[i].secret);
    }
    free(stream->matches);
    assay_buf_free(&stream->container_text);
    assay_buf_free(&stream->path_text);
    if (stream->buffer)
        explicit_bzero(stream->buffer, STREAM_BUFFER);
    free(stream->buffer);
    free(stream->slots);
    free(stream);
}

json_t *scan_engine_callbacks(const struct scan_engine *engine)
{
    _cleanup_json_ json_t *object = json_object();

    for (size_t i = 0; i < engine->n_rules + engine->n_identities; i++) {
        const char *id = i < engine->n_rules ? engine->rules[i].id
                                             : engine->identities[i - engine->n_rules].rule;
        json_int_t before = json_integer_value(json_object_get(object, id));

        if (json_object_set_new(object, id,
                                json_integer(before + (json_int_t)engine->callbacks[i])) < 0)
            return NULL;
    }
    return ASSAY_TAKE(object);
}

ssize_t scan_engine_keep(const struct scan_engine *engine, int fd)
{
    return engine->seen ? seen_write(engine->seen, fd) : 0;
}
