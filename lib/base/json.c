#include <assay/json.h>

#include <errno.h>
#include <string.h>

#include <assay/buf.h>
#include <assay/fs.h>

int assay_json_parse(const void *text, size_t len, const char *where, json_t **ret,
                     struct assay_error *err)
{
    json_error_t error;
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

    if (!json)
        return assay_error_set(err, EINVAL, "%s is not valid JSON: line %d, column %d: %s", where,
                               error.line, error.column, error.text);
    *ret = json;
    return 0;
}

int assay_json_load(const char *path, size_t max, json_t **ret, struct assay_error *err)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(max);
    int r = assay_fs_read_file(path, &buf, err);

    if (r < 0)
        return r;
    return assay_json_parse(assay_buf_str(&buf), buf.len, path, ret, err);
}

const char *assay_json_string(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : otherwise;
}

int64_t assay_json_int(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool assay_json_bool(const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

/* Length of the well-formed UTF-8 character at `p` (RFC 3629), or 0 when there is none. */
static size_t utf8_length(const uint8_t *p, size_t left)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (n == 0 || n > left || p[0] > 0xf4 || p[0] == 0)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

json_t *assay_json_foreign_string(const void *bytes, size_t len)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(SIZE_MAX / 4);
    const uint8_t *p = bytes;
    size_t n;

    for (size_t i = 0; i < len; i += n) {
        bool good = (n = utf8_length(p + i, len - i)) > 0;

        n = good ? n : 1;
        if (assay_buf_append(&buf, good ? (const char *)p + i : "\xef\xbf\xbd", good ? n : 3) < 0)
            return NULL;
    }
    return json_stringn(assay_buf_str(&buf), buf.len);
}
