/* The header of a qcow2. */
#include "fuzz.h"

#include "image/format/qcow2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qcow2_header header;

    if (qcow2_parse(data, size, &header) && (header.version < 2 || header.version > 3))
        __builtin_trap();
    return 0;
}
