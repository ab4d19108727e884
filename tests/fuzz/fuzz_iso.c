/* An ISO: the input is what follows the system area, whose zeros are put before it. */
#include <string.h>

#include "fuzz.h"
#include "image/iso/iso.h"
#include "walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy;

    if (size < ISO_SECTOR)
        return 0;
    copy = calloc(1, ISO_SYSTEM_AREA + size);
    if (!copy)
        abort();
    memcpy(copy + ISO_SYSTEM_AREA, data, size);
    memcpy(copy + ISO_SYSTEM_AREA + 1, "CD001", 5);
    fuzz_walk(copy, ISO_SYSTEM_AREA + size, NULL);
    free(copy);
    return 0;
}
