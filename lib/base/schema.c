/* A validator for the subset of JSON Schema 2020-12 that policies/schemas/ uses. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <assay/json.h>

#include <errno.h>
#include <pcre2.h>
#include <string.h>

#include "base/embedded.h"
#include "base/nearest.h"

#define MAX_DEPTH 32
#define MAX_PATH_TEXT 256

struct check {
    const json_t *root; /* the whole schema, for $ref */
    struct assay_error *err;
    unsigned depth;
    char path[MAX_PATH_TEXT]; /* where in the value, e.g. "targets.minimal.flake" */
};

static int check_value(struct check *c, const json_t *schema, const json_t *value);

static int fail(struct check *c, const json_t *schema, const char *what)
{
    const char *mend = assay_json_string(schema, "description", NULL);

    return assay_error_set(c->err, EINVAL, "%s %s%s%s", c->path[0] ? c->path : "the document", what,
                           mend ? "; it is: " : "", mend ? mend : "");
}

/* Extends the path by one step and returns the length to go back to. */
static size_t enter(struct check *c, const char *key, size_t index)
{
    size_t len = strlen(c->path);

    if (key)
        snprintf(c->path + len, sizeof(c->path) - len, "%s%s", len ? "." : "", key);
    else
        snprintf(c->path + len, sizeof(c->path) - len, "[%zu]", index);
    return len;
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_NULL:
        return "null";
    default:
        return "boolean";
    }
}

static bool is_type(const json_t *value, const char *type)
{
    return strcmp(type_name(value), type) == 0 ||
           (strcmp(type, "number") == 0 && json_is_integer(value));
}

static int check_type(struct check *c, const json_t *schema, const json_t *rule,
                      const json_t *value)
{
    char what[128];
    size_t i;
    json_t *one;

    if (json_is_string(rule) && is_type(value, json_string_value(rule)))
        return 0;
    json_array_foreach(rule, i, one) if (is_type(value, json_string_value(one))) return 0;
    snprintf(what, sizeof(what), "must be of type %s, not %s",
             json_is_string(rule) ? json_string_value(rule) : "one of several", type_name(value));
    return fail(c, schema, what);
}

static int check_pattern(struct check *c, const json_t *schema, const json_t *rule,
                         const json_t *value)
{
    const char *pattern = json_string_value(rule);
    int error, r;
    size_t offset;
    pcre2_code *code;
    pcre2_match_data *match;

    if (!json_is_string(value))
        return 0;
    code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &error, &offset, NULL);
    if (!code)
        return assay_error_set(c->err, EINVAL, "the schema's pattern %s does not compile", pattern);
    match = pcre2_match_data_create(1, NULL);
    r = match ? pcre2_match(code, (PCRE2_SPTR)json_string_value(value), json_string_length(value),
                            0, 0, match, NULL)
              : -1;
    pcre2_match_data_free(match);
    pcre2_code_free(code);
    return r >= 0 ? 0 : fail(c, schema, "has a form that is not allowed");
}

static int check_enum(struct check *c, const json_t *schema, const json_t *rule,
                      const json_t *value)
{
    char what[512] = "must be one of:";
    size_t i;
    json_t *one;

    json_array_foreach(rule, i, one)
    {
        size_t len = strlen(what);

        if (json_equal(one, value))
            return 0;
        if (json_is_string(one))
            snprintf(what + len, sizeof(what) - len, " %s", json_string_value(one));
    }
    return fail(c, schema, what);
}

static int check_const(struct check *c, const json_t *schema, const json_t *rule,
                       const json_t *value)
{
    char what[160];

    if (json_equal(rule, value))
        return 0;
    snprintf(what, sizeof(what), "must be \"%s\"",
             json_is_string(rule) ? json_string_value(rule) : "the schema's constant");
    return fail(c, schema, what);
}

/* Size of what minLength, minItems and minimum and their opposites are about. */
static int check_bound(struct check *c, const json_t *schema, const char *keyword,
                       const json_t *rule, const json_t *value)
{
    bool low = strncmp(keyword, "min", 3) == 0;
    double limit = json_number_value(rule), size;
    char what[96];

    if (strstr(keyword, "Length") && json_is_string(value))
        size = (double)json_string_length(value);
    else if (strstr(keyword, "Items") && json_is_array(value))
        size = (double)json_array_size(value);
    else if (strstr(keyword, "imum") && json_is_number(value))
        size = json_number_value(value);
    else
        return 0;
    if (low ? size >= limit : size <= limit)
        return 0;
    snprintf(what, sizeof(what), "is %s: the %s is %.0f", low ? "too small" : "too large",
             low ? "least" : "most", limit);
    return fail(c, schema, what);
}

static int check_required(struct check *c, const json_t *schema, const json_t *rule,
                          const json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties");
    size_t i;
    json_t *key;

    if (!json_is_object(value))
        return 0;
    json_array_foreach(rule, i, key)
    {
        const char *name = json_string_value(key);

        if (!json_object_get(value, name)) {
            enter(c, name, 0);
            return fail(c, json_object_get(properties, name), "is missing");
        }
    }
    return 0;
}

static int fail_unknown(struct check *c, const json_t *properties, const char *key)
{
    const char *name, *nearest = NULL;
    size_t least = strlen(key) < 4 ? 2 : 4; /* farther away is no slip of the finger */
    json_t *property;

    json_object_foreach((json_t *)(uintptr_t)properties, name, property)
    {
        size_t edits = nearest_edits(key, name);

        if (edits < least) {
            least = edits;
            nearest = name;
        }
    }
    if (nearest)
        return assay_error_set(c->err, EINVAL, "%s is not a known key; did you mean '%s'?", c->path,
                               nearest);
    return assay_error_set(c->err, EINVAL, "%s is not a known key; remove it or mend its spelling",
                           c->path);
}

static int check_properties(struct check *c, const json_t *schema, const json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const json_t *names = json_object_get(schema, "propertyNames");
    const char *key;
    json_t *member;

    if (!json_is_object(value))
        return 0;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        const json_t *sub = json_object_get(properties, key);
        size_t len = enter(c, key, 0);
        _cleanup_json_ json_t *name = names ? json_string(key) : NULL;
        int r = 0;

        if (names)
            r = check_value(c, names, name);
        if (r == 0 && !sub && json_is_false(others))
            r = fail_unknown(c, properties, key);
        if (r == 0 && (sub || json_is_object(others)))
            r = check_value(c, sub ? sub : others, member);
        if (r < 0)
            return r;
        c->path[len] = '\0';
    }
    return 0;
}

static int check_items(struct check *c, const json_t *rule, const json_t *value)
{
    size_t i;
    json_t *item;

    json_array_foreach(value, i, item)
    {
        size_t len = enter(c, NULL, i);
        int r = check_value(c, rule, item);

        if (r < 0)
            return r;
        c->path[len] = '\0';
    }
    return 0;
}

static int check_any(struct check *c, const json_t *schema, const json_t *rule, const json_t *value)
{
    struct assay_error *err = c->err;
    size_t i;
    json_t *one;

    json_array_foreach(rule, i, one)
    {
        size_t len = strlen(c->path);
        int r;

        c->err = NULL;
        r = check_value(c, one, value);
        c->err = err;
        c->path[len] = '\0';
        if (r == 0)
            return 0;
    }
    return fail(c, schema, "has none of the allowed forms");
}

static int check_ref(struct check *c, const json_t *rule, const json_t *value)
{
    static const char prefix[] = "#/$defs/";
    const char *ref = json_string_value(rule);
    const json_t *target = NULL;

    if (ref && strncmp(ref, prefix, sizeof(prefix) - 1) == 0)
        target = json_object_get(json_object_get(c->root, "$defs"), ref + sizeof(prefix) - 1);
    if (!target)
        return assay_error_set(c->err, EINVAL, "the schema refers to %s, which is not there", ref);
    return check_value(c, target, value);
}

static int check_keyword(struct check *c, const json_t *schema, const char *keyword,
                         const json_t *rule, const json_t *value)
{
    static const char *const notes[] = {"$schema",      "$id",      "$defs",
                                        "title",        "default",  "description",
                                        "examples",     "$comment", "additionalProperties",
                                        "propertyNames"};
    static const char *const bounds[] = {"minLength", "maxLength", "minItems",
                                         "maxItems",  "minimum",   "maximum"};

    for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
        if (strcmp(keyword, notes[i]) == 0)
            return 0;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++)
        if (strcmp(keyword, bounds[i]) == 0)
            return check_bound(c, schema, keyword, rule, value);
    if (strcmp(keyword, "type") == 0)
        return check_type(c, schema, rule, value);
    if (strcmp(keyword, "enum") == 0)
        return check_enum(c, schema, rule, value);
    if (strcmp(keyword, "const") == 0)
        return check_const(c, schema, rule, value);
    if (strcmp(keyword, "pattern") == 0)
        return check_pattern(c, schema, rule, value);
    if (strcmp(keyword, "required") == 0)
        return check_required(c, schema, rule, value);
    if (strcmp(keyword, "properties") == 0)
        return 0; /* with additionalProperties, in check_properties() */
    if (strcmp(keyword, "items") == 0)
        return json_is_array(value) ? check_items(c, rule, value) : 0;
    if (strcmp(keyword, "anyOf") == 0)
        return check_any(c, schema, rule, value);
    if (strcmp(keyword, "$ref") == 0)
        return check_ref(c, rule, value);
    return assay_error_set(c->err, EINVAL, "the schema has a keyword that is not known: %s",
                           keyword);
}

static int check_value(struct check *c, const json_t *schema, const json_t *value)
{
    const char *keyword;
    json_t *rule;
    int r = 0;

    if (++c->depth > MAX_DEPTH)
        return assay_error_set(c->err, EINVAL, "%s is nested more than %d deep", c->path,
                               MAX_DEPTH);
    /* The type first: every other message would be misleading for a value of the wrong type. */
    rule = json_object_get(schema, "type");
    if (rule)
        r = check_type(c, schema, rule, value);
    json_object_foreach((json_t *)(uintptr_t)schema, keyword, rule)
    {
        if (r == 0)
            r = check_keyword(c, schema, keyword, rule, value);
    }
    if (r == 0)
        r = check_properties(c, schema, value);
    c->depth--;
    return r;
}

int assay_schema_check(const char *name, const json_t *value, struct assay_error *err)
{
    char file[128];
    const struct assay_embedded *embedded;
    _cleanup_json_ json_t *schema = NULL;
    struct check c = {.err = err};
    int r;

    snprintf(file, sizeof(file), "schemas/%s.schema.json", name);
    embedded = embedded_find(file);
    if (!embedded)
        return assay_error_set(err, ENOENT, "there is no schema named %s", name);
    r = assay_json_parse(embedded->data, embedded->size, file, &schema, err);
    if (r < 0)
        return r;
    c.root = schema;
    return check_value(&c, schema, value);
}
