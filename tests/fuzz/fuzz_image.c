/* The whole walk over an artifact in memory: every format, every container in a container. */
#include "fuzz.h"
#include "walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_walk(data, size, NULL);
    return 0;
}
