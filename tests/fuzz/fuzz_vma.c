/* A Proxmox backup. Its magic and checksums are put right first: without them nothing of it would
 * be looked at. */
#include "fuzz.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/image.h"
#include "image/vma/vma.h"

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

static int on_entry(void *ctx, const struct entry *entry)
{
    (void)ctx;
    (void)entry;
    return 0;
}

static int on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset)
{
    volatile uint8_t touched = data[0] ^ data[len - 1];

    (void)ctx;
    (void)level;
    (void)offset;
    (void)touched;
    return 0;
}

static int on_done(void *ctx)
{
    (void)ctx;
    return 0;
}

static void on_unread(void *ctx, const char *where, enum unread_reason reason, const char *detail)
{
    (void)ctx;
    (void)where;
    (void)reason;
    (void)detail;
}

static int open_spool(void *ctx, int *ret_fd, struct assay_error *err)
{
    (void)ctx;
    *ret_fd = memfd_create("spool", MFD_CLOEXEC);
    return *ret_fd < 0 ? assay_error_set(err, ENOMEM, "no memory file") : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct image_visitor visitor = {
        .entry = on_entry, .bytes = on_bytes, .done = on_done, .unread = on_unread};
    static const struct image_host host = {.open_spool = open_spool};
    struct image_budget budget = image_budget_default;
    struct image_result result;
    struct assay_error err = {0};
    uint8_t *copy = malloc(size + 1);
    int fd = memfd_create("artifact", MFD_CLOEXEC), r;

    if (!copy || fd < 0)
        abort();
    memcpy(copy, data, size);
    put_sums(copy, size);
    budget.expanded = 32 << 20;
    budget.seconds = 10;
    if (write(fd, copy, size) != (ssize_t)size)
        abort();
    r = image_walk(fd, &budget, &visitor, NULL, &host, &result, &err);
    if (r < 0 && r != -ENOMEM)
        __builtin_trap();
    close(fd);
    free(copy);
    return 0;
}
