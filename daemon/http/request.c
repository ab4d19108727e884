#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The API's numbers: decimal, no sign, no leading zero but "0" itself. */
static int parse_number(const char *text, int64_t *ret)
{
    size_t len = strlen(text);

    if (len == 0 || len > 18 || strspn(text, "0123456789") != len || (text[0] == '0' && len > 1))
        return -EINVAL;
    *ret = strtoll(text, NULL, 10);
    return 0;
}

int64_t request_id(const struct request *request, int param)
{
    int64_t id;

    return parse_number(request->params[param], &id) == 0 ? id : 0;
}

const char *request_query(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

int request_query_int(const struct request *request, const char *name, int64_t min, int64_t max,
                      int64_t otherwise, int64_t *ret, struct assay_error *err)
{
    const char *text = request_query(request, name);
    int64_t value = otherwise;

    if (text && (parse_number(text, &value) < 0 || value < min || value > max))
        return assay_error_set(err, EINVAL,
                               "query parameter \"%s\": give a number from %lld to "
                               "%lld",
                               name, (long long)min, (long long)max);
    *ret = value;
    return 0;
}

const char *request_header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

int request_json(const struct request *request, const char *schema, json_t **ret,
                 struct assay_error *err)
{
    _cleanup_json_ json_t *json = NULL;
    int r;

    r = assay_json_parse(request->body.data ? (const void *)request->body.data : "",
                         request->body.len, "the request's body", &json, err);
    if (r == 0)
        r = assay_schema_check(schema, json, err);
    if (r < 0)
        return r == -ENOMEM ? r : -EINVAL;
    *ret = ASSAY_TAKE(json);
    return 0;
}
