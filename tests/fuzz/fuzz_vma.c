/* A Proxmox backup. Its magic and checksums are put right first: without them nothing of it would
 * be looked at. */
#include "fuzz.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "image/vma/vma.h"
#include "walk.h"

#define HEADER_SUM 32
#define EXTENT_SUM 24

static void put_sum(uint8_t *data, size_t len, size_t at)
{
    memset(data + at, 0, 16);
    if (EVP_Digest(data, len, data + at, NULL, EVP_md5(), NULL) != 1)
        abort();
}

static void put_sums(uint8_t *data, size_t size)
{
    size_t at;

    memcpy(data, "VMA\0\0\0\0\1", size < 8 ? size : 8);
    at = size >= VMA_HEADER ? vma_header_size(data) : 0;
    if (!at || at > size)
        return;
    put_sum(data, at, HEADER_SUM);
    while (at + VMA_EXTENT <= size && memcmp(data + at, "VMAE", 4) == 0) {
        size_t blocks = (size_t)(data[at + 6] << 8 | data[at + 7]);

        put_sum(data + at, VMA_EXTENT, EXTENT_SUM);
        at += VMA_EXTENT + blocks * VMA_BLOCK;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);

    if (!copy)
        abort();
    memcpy(copy, data, size);
    put_sums(copy, size);
    fuzz_walk(copy, size, NULL);
    free(copy);
    return 0;
}
