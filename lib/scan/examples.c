#include "scan/examples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan/engine.h"
#include "scan/rules.h"

static const char *const kinds[] = {"nomatch", "match"};

struct examples {
    struct findings *findings;
    struct scan_engine *engine;
    json_t *wrong;
    size_t n;
};

static void examples_clear(struct examples *self)
{
    scan_engine_free(self->engine);
    findings_free(self->findings);
    json_decref(self->wrong);
}

/* The container that example `i` of rule number `rule` is scanned in. */
static void name_of(size_t rule, int kind, size_t i, char ret[64])
{
    snprintf(ret, 64, "%zu-%s-%zu", rule, kinds[kind], i);
}

static int scan_one(struct examples *self, const char *container, const char *path,
                    const char *example)
{
    struct scan_stream *stream = NULL;
    uint8_t *text = NULL;
    size_t len = 0;
    int r = rules_example(example, &text, &len);

    if (r == 0)
        r = scan_stream_open(self->engine, container, path, &stream);
    if (r == 0)
        r = scan_stream_feed(stream, text, len, 0);
    free(text);
    return scan_stream_close(stream) < 0 && r == 0 ? -ENOMEM : r;
}

static int scan_all(struct examples *self, const json_t *rule, size_t number)
{
    int r = 0;

    for (int kind = 0; kind < 2; kind++) {
        size_t i;
        json_t *example;

        json_array_foreach(json_object_get(rule, kinds[kind]), i, example)
        {
            char container[64];

            name_of(number, kind, i, container);
            if (r == 0)
                r = scan_one(self, container, assay_json_string(rule, "example_path", "file"),
                             json_string_value(example));
            self->n++;
        }
    }
    return r;
}

/* {rule: {path: true}} of all places of all findings. NULL when memory ran out. */
static json_t *index_places(const json_t *findings)
{
    _cleanup_json_ json_t *index = json_object();
    size_t i, j;
    json_t *finding, *place;

    json_array_foreach(findings, i, finding)
    {
        const char *rule = assay_json_string(finding, "rule", "");
        json_t *places = json_object_get(index, rule);
        int r = 0;

        if (!places) {
            places = json_object();
            r = json_object_set_new(index, rule, places);
        }
        if (r == 0)
            r = json_object_set_new(places, assay_json_string(finding, "path", ""), json_true());
        json_array_foreach(json_object_get(finding, "places"), j, place)
        {
            if (r == 0)
                r = json_object_set_new(places, assay_json_string(place, "path", ""), json_true());
        }
        if (r < 0)
            return NULL;
    }
    return ASSAY_TAKE(index);
}

/* Notes those of a rule's examples that came out wrong. */
static int judge(struct examples *self, const json_t *index, const json_t *rule, size_t number)
{
    const char *id = assay_json_string(rule, "id", "?");

    for (int kind = 0; kind < 2; kind++) {
        for (size_t i = 0; i < json_array_size(json_object_get(rule, kinds[kind])); i++) {
            _cleanup_free_ char *path = NULL;
            char container[64];

            name_of(number, kind, i, container);
            path = finding_path(container, assay_json_string(rule, "example_path", "file"));
            if (!path)
                return -ENOMEM;
            if ((json_object_get(json_object_get(index, id), path) != NULL) == (kind == 1))
                continue;
            if (json_array_append_new(self->wrong,
                                      json_pack("{s:s, s:s, s:I}", "rule", id, "kind", kinds[kind],
                                                "number", (json_int_t)i + 1)) < 0)
                return -ENOMEM;
        }
    }
    return 0;
}

static int run(struct examples *self, const json_t *rules, struct assay_error *err)
{
    static const uint8_t key[FINDING_KEY_SIZE] = {0};
    _cleanup_json_ json_t *all = NULL, *index = NULL;
    uint64_t dropped = 0;
    size_t i;
    json_t *rule;
    int r;

    self->findings = findings_new(key);
    self->wrong = json_array();
    if (!self->findings || !self->wrong)
        return assay_error_set(err, ENOMEM, "out of memory while running the rules' examples");
    r = scan_engine_new(rules, NULL, self->findings, &self->engine, err);
    if (r < 0)
        return r;
    json_array_foreach(rules, i, rule)
    {
        if (r == 0)
            r = scan_all(self, rule, i);
    }
    if (r == 0) {
        all = findings_json(self->findings, &dropped);
        index = all ? index_places(all) : NULL;
        r = index ? 0 : -ENOMEM;
    }
    json_array_foreach(rules, i, rule)
    {
        if (r == 0)
            r = judge(self, index, rule, i);
    }
    return r < 0 ? assay_error_set(err, r, "cannot run the rules' examples: %s", strerror(-r)) : 0;
}

int examples_run(const json_t *rules, json_t **ret, size_t *ret_n, struct assay_error *err)
{
    struct examples self = {0};
    int r = run(&self, rules, err);

    if (r == 0) {
        *ret = ASSAY_TAKE(self.wrong);
        *ret_n = self.n;
    }
    examples_clear(&self);
    return r;
}
