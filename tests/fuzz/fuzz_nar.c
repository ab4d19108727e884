/* Nix archives: the first byte says whether the rest, behind the magic, is what nix-store --dump
 * (even) or --export (odd) writes. No name may lead out of its folder. */
#include <string.h>

#include "fuzz.h"
#include "walk.h"

static const uint8_t magic[] = "\1\0\0\0\0\0\0\0\x0d\0\0\0\0\0\0\0nix-archive-1\0\0";

static void look(const struct entry *entry)
{
    const char *part = entry->path;

    if (*entry->container)
        return;
    for (;; part++) {
        size_t len = strcspn(part, "/");

        if (!len || (len == 2 && memcmp(part, "..", 2) == 0))
            __builtin_trap();
        part += len;
        if (!*part)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t skip;
    uint8_t *copy;

    if (!size)
        return 0;
    skip = data[0] % 2 ? 0 : 8;
    copy = malloc(sizeof(magic) + size);
    if (!copy)
        abort();
    memcpy(copy, magic, sizeof(magic));
    memcpy(copy + sizeof(magic), data + 1, size - 1);
    fuzz_walk(copy + skip, sizeof(magic) + size - 1 - skip, look);
    free(copy);
    return 0;
}
