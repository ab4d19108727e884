/* The tables of virtual disks: whether they name other files, and what of the file they map. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "image/format.h"

#define DISK_MAX (UINT64_C(1) << 40) /* bytes of a disk */

struct memory {
    struct blocks blocks;
    const uint8_t *data;
};

static int memory_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                       struct assay_error *err)
{
    (void)err;
    memcpy(data, ((struct memory *)blocks)->data + offset, len);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory memory = {.blocks = {.size = size, .read = memory_read}, .data = data};
    struct image_head head = {.data = data, .len = size, .size = size};
    struct image_cover cover = {0};
    enum unread_reason reason = UNREAD_UNSUPPORTED;
    char detail[512] = "";
    const struct image_format *format;

    if (size >= 512)
        head.tail = data + size - 512;
    format = image_format_detect(&head, IMAGE_IN_ARTIFACT);
    if (!format || format->kind != IMAGE_DISK)
        return 0;
    if (!format->closed(&memory.blocks, &reason, detail, sizeof(detail)) && !*detail)
        __builtin_trap();
    if (format->mapped)
        format->mapped(&memory.blocks, DISK_MAX, &cover);
    for (size_t i = 0; i < cover.n; i++)
        if (cover.spans[i].start >= cover.spans[i].end)
            __builtin_trap();
    image_cover_free(&cover);
    return 0;
}
