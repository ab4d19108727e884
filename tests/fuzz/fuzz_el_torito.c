/* El Torito's catalog of boot images. */
#include "fuzz.h"

#include "image/iso/boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct iso_boot boot;

    if (!iso_boot_parse(data, size, &boot))
        return 0;
    if (boot.n > ISO_BOOT_MAX || size < 64)
        __builtin_trap();
    for (size_t i = 0; i < boot.n; i++)
        if (!boot.images[i].start || boot.images[i].start % ISO_SECTOR)
            __builtin_trap();
    return 0;
}
