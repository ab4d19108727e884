#include "image/format/vdisk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PIECE ((size_t)64 << 10) /* bytes of a table read at once */

void vdisk_map(struct blocks *blocks, const struct vdisk_table *table, uint64_t size,
               struct image_cover *cover)
{
    _cleanup_free_ uint8_t *piece = malloc(PIECE);
    uint64_t step = PIECE / table->entry, at = table->first;

    for (uint64_t i = 0; piece && i < table->n && at < size; i += step) {
        uint64_t n = table->n - i < step ? table->n - i : step, from;

        if (__builtin_add_overflow(table->at, i * table->entry, &from))
            return;
        if (blocks_read(blocks, piece, (size_t)n * table->entry, from, NULL) < 0) {
            image_cover_add(cover, from, from + n * table->entry);
            return;
        }
        for (uint64_t k = 0; k < n && at < size; k++, at += table->size) {
            uint64_t len = size - at < table->size ? size - at : table->size, start;

            if (table->block(table, piece + k * table->entry, &start) && start <= UINT64_MAX - len)
                image_cover_add(cover, start, start + len);
        }
    }
}

bool vdisk_refuse(enum unread_reason *ret_reason, char *ret_detail, size_t size, const char *format,
                  ...)
{
    va_list args;

    *ret_reason = UNREAD_REFUSED;
    va_start(args, format);
    vsnprintf(ret_detail, size, format, args);
    va_end(args);
    return false;
}
