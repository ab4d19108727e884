/* JSON by jansson: bounded loading, schema checks and short access.
 *
 * The JSON Schemas under policies/schemas/ are the one description of every document that Assay
 * reads or writes. assay_schema_check() knows the subset of JSON Schema 2020-12 they use: type,
 * enum, const, properties, required, additionalProperties (false or a schema), propertyNames
 * (pattern), items, minItems, maxItems, minLength, maxLength, pattern (PCRE2), minimum, maximum,
 * anyOf, $ref to "#/$defs/NAME", and `description`, whose text is given as the mend. An unknown
 * keyword in a schema is an error, never ignored. */
#ifndef ASSAY_JSON_H
#define ASSAY_JSON_H

#include <assay/cleanup.h>
#include <assay/error.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void assay_json_decrefp(json_t **json)
{
    json_decref(*json);
}

#define _cleanup_json_ _cleanup_(assay_json_decrefp)

/* Parses `len` bytes that hold one JSON value. `where` names the source in errors, which give line
 * and column. Duplicate keys are refused. The caller owns *ret. */
int assay_json_parse(const void *text, size_t len, const char *where, json_t **ret,
                     struct assay_error *err);

/* Reads and parses the file `path`, at most `max` bytes. */
int assay_json_load(const char *path, size_t max, json_t **ret, struct assay_error *err);

/* Checks `value` against the embedded schema `name`, e.g. "policy" for
 * policies/schemas/policy.schema.json. Returns 0, or -EINVAL with `err` saying which key, what is
 * wrong with it and the schema's description of what belongs there. */
int assay_schema_check(const char *name, const json_t *value, struct assay_error *err);

/* Members of an object, with a value for when they are missing or of another type. Strings are
 * owned by the object. */
const char *assay_json_string(const json_t *object, const char *key, const char *otherwise);
int64_t assay_json_int(const json_t *object, const char *key, int64_t otherwise);
bool assay_json_bool(const json_t *object, const char *key, bool otherwise);

/* A JSON string of `len` foreign bytes: what is not UTF-8, and U+0000, becomes U+FFFD. NULL when
 * memory ran out. */
json_t *assay_json_foreign_string(const void *bytes, size_t len);

#endif
