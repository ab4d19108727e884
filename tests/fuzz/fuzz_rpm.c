/* The headers of an rpm: the lead's magic is put before the input. */
#include <string.h>

#include "fuzz.h"
#include "walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(4 + size);

    if (!copy)
        abort();
    memcpy(copy, "\xed\xab\xee\xdb", 4);
    memcpy(copy + 4, data, size);
    fuzz_walk(copy, 4 + size, NULL);
    free(copy);
    return 0;
}
