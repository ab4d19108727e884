/* A squashfs: the magic and version are put where they belong. */
#include <string.h>

#include "fuzz.h"
#include "walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy;

    if (size < 96)
        return 0;
    copy = malloc(size);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    memcpy(copy, "hsqs", 4);
    memcpy(copy + 28, "\4\0\0\0", 4);
    fuzz_walk(copy, size, NULL);
    free(copy);
    return 0;
}
