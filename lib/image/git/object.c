/* What is the same for objects wherever they are: headers and deltas. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "image/git/git.h"

static const char *const names[] = {
    [GIT_COMMIT] = "commit", [GIT_TREE] = "tree", [GIT_BLOB] = "blob", [GIT_TAG] = "tag"};

#define NAMES (sizeof(names) / sizeof(*names))

const char *git_type_name(enum git_type type)
{
    return type < NAMES && names[type] ? names[type] : "object";
}

size_t git_header_parse(const uint8_t *data, size_t len, enum git_type *ret_type,
                        uint64_t *ret_size)
{
    uint64_t size = 0;
    size_t at = 0, digits;
    enum git_type type = GIT_COMMIT;

    for (; type < NAMES; type++) {
        at = strlen(names[type]);
        if (len > at && memcmp(data, names[type], at) == 0 && data[at] == ' ')
            break;
    }
    if (type == NAMES)
        return 0;
    digits = ++at;
    for (; at < len && data[at] >= '0' && data[at] <= '9'; at++)
        if (__builtin_mul_overflow(size, 10, &size) ||
            __builtin_add_overflow(size, (uint64_t)(data[at] - '0'), &size))
            return 0;
    if (at == digits || at == len || data[at] != 0 || (data[digits] == '0' && at - digits > 1))
        return 0;
    *ret_type = type;
    *ret_size = size;
    return at + 1;
}

size_t git_header_make(enum git_type type, uint64_t size, char ret[GIT_HEADER_MAX])
{
    int n = snprintf(ret, GIT_HEADER_MAX, "%s %" PRIu64, git_type_name(type), size);

    return (size_t)n + 1;
}

bool git_delta_number(const uint8_t **data, const uint8_t *end, uint64_t *ret)
{
    uint64_t value = 0;

    for (unsigned shift = 0; *data < end && shift < 63; shift += 7) {
        uint8_t byte = *(*data)++;

        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret = value;
            return true;
        }
    }
    return false;
}

/* Reads the bytes of a copy's offset or size that `bits` says are there. */
static bool copy_number(const uint8_t **data, const uint8_t *end, unsigned bits, unsigned count,
                        size_t *ret)
{
    *ret = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!(bits & 1u << i))
            continue;
        if (*data == end)
            return false;
        *ret |= (size_t) * (*data)++ << 8 * i;
    }
    return true;
}

#define COPY 0x80
#define COPY_DEFAULT 0x10000 /* bytes, where the size is told as 0 */

int git_delta_apply(const uint8_t *base, size_t base_size, const uint8_t *delta, size_t delta_size,
                    uint8_t *ret, size_t ret_size)
{
    const uint8_t *end = delta + delta_size;
    uint64_t told_base, told_ret;
    size_t at = 0;

    if (!git_delta_number(&delta, end, &told_base) || !git_delta_number(&delta, end, &told_ret) ||
        told_base != base_size || told_ret != ret_size)
        return -EBADMSG;
    while (delta < end) {
        uint8_t op = *delta++;
        const uint8_t *from;
        size_t offset, len = op;

        if (op & COPY) {
            if (!copy_number(&delta, end, op, 4, &offset) ||
                !copy_number(&delta, end, op >> 4 & 7, 3, &len))
                return -EBADMSG;
            len = len ? len : COPY_DEFAULT;
            if (offset > base_size || len > base_size - offset)
                return -EBADMSG;
            from = base + offset;
        } else {
            if (!op || len > (size_t)(end - delta))
                return -EBADMSG;
            from = delta;
            delta += len;
        }
        if (len > ret_size - at)
            return -EBADMSG;
        memcpy(ret + at, from, len);
        at += len;
    }
    return at == ret_size ? 0 : -EBADMSG;
}
