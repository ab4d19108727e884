#include "scan/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/digest.h>
#include <assay/encode.h>

#include "base/embedded.h"
#include "scan/checksum.h"

static bool has_rule(const json_t *array, const char *id)
{
    size_t i;
    json_t *rule;

    json_array_foreach(array, i, rule)
    {
        if (strcmp(assay_json_string(rule, "id", ""), id) == 0)
            return true;
    }
    return false;
}

static int append_rule(json_t *array, const json_t *rule, const json_t *file, const char *where,
                       struct assay_error *err)
{
    const char *id = assay_json_string(rule, "id", "");
    const char *family = assay_json_string(file, "family", "");
    size_t len = strlen(family);
    _cleanup_json_ json_t *copy = NULL;

    if (strncmp(id, family, len) != 0 || id[len] != '.' || id[len + 1] == '\0')
        return assay_error_set(err, EINVAL,
                               "%s: the rule %s must be named after its family, as %s.NAME", where,
                               id, family);
    if (has_rule(array, id))
        return assay_error_set(err, EEXIST,
                               "%s: there is a rule named %s already; give this one another id",
                               where, id);
    copy = json_deep_copy(rule);
    if (!copy || json_object_set_new(copy, "family", json_string(family)) < 0 ||
        json_object_set_new(copy, "class",
                            json_string(assay_json_string(file, "class", "secret"))) < 0 ||
        json_array_append(array, copy) < 0)
        return assay_error_set(err, ENOMEM, "%s: out of memory", where);
    return 0;
}

int rules_append(json_t *array, const json_t *file, const char *where, struct assay_error *err)
{
    size_t i, before = json_array_size(array);
    json_t *rule;
    int r = assay_schema_check("rules", file, err);

    if (r < 0) {
        assay_error_prefix(err, "%s", where);
        return r;
    }
    json_array_foreach(json_object_get(file, "rules"), i, rule)
    {
        r = append_rule(array, rule, file, where, err);
        if (r < 0)
            break;
    }
    while (r < 0 && json_array_size(array) > before)
        json_array_remove(array, json_array_size(array) - 1);
    return r;
}

int rules_builtin(json_t **ret, struct assay_error *err)
{
    _cleanup_json_ json_t *array = json_array();

    if (!array)
        return assay_error_set(err, ENOMEM, "out of memory while loading the rules");
    for (const struct assay_embedded *file = assay_embedded_files; file->name; file++) {
        _cleanup_json_ json_t *json = NULL;
        int r;

        if (strncmp(file->name, "rules/", 6) != 0)
            continue;
        r = assay_json_parse(file->data, file->size, file->name, &json, err);
        if (r == 0)
            r = rules_append(array, json, file->name, err);
        if (r < 0)
            return r;
    }
    *ret = ASSAY_TAKE(array);
    return 0;
}

int rules_example(const char *example, uint8_t **ret, size_t *ret_len)
{
    static const char mark[] = "\xe2\x80\x96", base64[] = "base64:";
    size_t len = 0, size = strlen(example) + 1;
    uint8_t *text = malloc(size);

    if (!text)
        return -ENOMEM;
    while (*example) {
        if (strncmp(example, mark, sizeof(mark) - 1) == 0)
            example += sizeof(mark) - 1;
        else
            text[len++] = (uint8_t)*example++;
    }
    if (len >= sizeof(base64) - 1 && memcmp(text, base64, sizeof(base64) - 1) == 0)
        len = checksum_base64(text + sizeof(base64) - 1, len - (sizeof(base64) - 1), text, size,
                              NULL);
    *ret = text;
    *ret_len = len;
    return 0;
}

int rules_digest(const json_t *array, char ret[65], struct assay_error *err)
{
    _cleanup_free_ char *text = json_dumps(array, JSON_COMPACT | JSON_SORT_KEYS);
    uint8_t digest[ASSAY_SHA256_SIZE];
    int r;

    if (!text)
        return assay_error_set(err, ENOMEM, "out of memory while hashing the rules");
    r = assay_sha256(text, strlen(text), digest);
    if (r < 0)
        return assay_error_set(err, r, "cannot hash the rules: libcrypto failed");
    assay_hex_encode(digest, sizeof(digest), ret);
    return 0;
}
