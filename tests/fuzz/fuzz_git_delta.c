/* Deltas and headers of git's objects. A delta's input is the base's length (2 bytes), the base,
 * and the delta. */
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/git/git.h"

#define RESULT_MAX (1u << 20)

static void apply(const uint8_t *base, size_t base_size, const uint8_t *delta, size_t delta_size)
{
    const uint8_t *at = delta, *end = delta + delta_size;
    uint64_t told_base, told;
    uint8_t *ret;
    int r;

    if (!git_delta_number(&at, end, &told_base) || !git_delta_number(&at, end, &told) ||
        told > RESULT_MAX)
        return;
    ret = malloc(told ? (size_t)told : 1);
    if (!ret)
        abort();
    r = git_delta_apply(base, base_size, delta, delta_size, ret, (size_t)told);
    if (r != 0 && r != -EBADMSG)
        __builtin_trap();
    free(ret);
}

/* A header that is taken is made again the same. */
static void header(const uint8_t *data, size_t size)
{
    char again[GIT_HEADER_MAX];
    enum git_type type;
    uint64_t told;
    size_t len = git_header_parse(data, size, &type, &told);

    if (len && (git_header_make(type, told, again) != len || memcmp(again, data, len) != 0))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t base;

    header(data, size);
    image_git_loose_probe(data, size);
    if (size < 2)
        return 0;
    base = (size_t)(data[0] | data[1] << 8);
    base = base < size - 2 ? base : size - 2;
    apply(data + 2, base, data + 2 + base, size - 2 - base);
    return 0;
}
