#include "range.h"

#include <string.h>
#include <strings.h>

/* Reads digits; what does not fit becomes UINT64_MAX, which lies behind any content. Returns the
 * first character that is none, or NULL when there is no digit. */
static const char *read_number(const char *text, uint64_t *ret)
{
    uint64_t value = 0;
    const char *p = text;

    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');

        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    *ret = value;
    return p == text ? NULL : p;
}

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

/* "-N": the last N bytes. */
static enum http_range parse_suffix(const char *text, uint64_t size, uint64_t *ret_first,
                                    uint64_t *ret_length)
{
    uint64_t count;
    const char *end = read_number(text, &count);

    if (!end || *skip_space(end))
        return HTTP_RANGE_WHOLE;
    if (count == 0 || size == 0)
        return HTTP_RANGE_UNSATISFIABLE;
    *ret_length = count < size ? count : size;
    *ret_first = size - *ret_length;
    return HTTP_RANGE_PART;
}

enum http_range http_range_parse(const char *header, uint64_t size, uint64_t *ret_first,
                                 uint64_t *ret_length)
{
    static const char unit[] = "bytes=";
    uint64_t first, last = UINT64_MAX;
    const char *p;

    if (!header || strncasecmp(header, unit, strlen(unit)) != 0)
        return HTTP_RANGE_WHOLE;
    p = skip_space(header + strlen(unit));
    if (*p == '-')
        return parse_suffix(p + 1, size, ret_first, ret_length);
    p = read_number(p, &first);
    if (!p || *p++ != '-')
        return HTTP_RANGE_WHOLE;
    if (*p >= '0' && *p <= '9')
        p = read_number(p, &last);
    if (*skip_space(p) || last < first)
        return HTTP_RANGE_WHOLE;
    if (first >= size)
        return HTTP_RANGE_UNSATISFIABLE;
    if (last > size - 1)
        last = size - 1;
    *ret_first = first;
    *ret_length = last - first + 1;
    return HTTP_RANGE_PART;
}

bool http_range_none_match(const char *header, const char *etag)
{
    size_t len = strlen(etag);

    if (!header)
        return false;
    while (*(header += strspn(header, " \t,"))) {
        size_t entry;

        if (*header == '*')
            return true;
        if (strncmp(header, "W/", 2) == 0)
            header += 2;
        entry = *header == '"' ? strcspn(header + 1, "\"") + 2 : strcspn(header, ",");
        if (strncmp(header, etag, len) == 0 && entry == len)
            return true;
        if (entry > strlen(header))
            return false; /* a quote that is not closed */
        header += entry;
    }
    return false;
}
