#include <archive.h>

#include "image/format.h"

#define CHECKSUM_AT 148
#define CHECKSUM_LEN 8

/* The header's checksum (POSIX.1-1988, 10.1.1): the sum of all bytes, its own field as blanks.
 * Old tars summed signed characters. */
static bool checksum_fits(const uint8_t *header)
{
    uint32_t sum = 0, said = 0;
    int32_t with_sign = 0;
    size_t i = CHECKSUM_AT;

    for (size_t j = 0; j < 512; j++) {
        bool own = j >= CHECKSUM_AT && j < CHECKSUM_AT + CHECKSUM_LEN;

        sum += own ? ' ' : header[j];
        with_sign += own ? ' ' : (int8_t)header[j];
    }
    while (i < CHECKSUM_AT + CHECKSUM_LEN && header[i] == ' ')
        i++;
    if (i == CHECKSUM_AT + CHECKSUM_LEN || header[i] < '0' || header[i] > '7')
        return false;
    for (; i < CHECKSUM_AT + CHECKSUM_LEN && header[i] >= '0' && header[i] <= '7'; i++)
        said = said << 3 | (uint32_t)(header[i] - '0');
    return said == sum || (int32_t)said == with_sign;
}

static bool probe_tar(const struct image_head *head)
{
    return head->len >= 512 && head->data[0] != 0 && checksum_fits(head->data);
}

const struct image_format image_format_tar = {
    .name = "tar",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "v7, ustar, pax, GNU (sparse files included)",
    .probe = probe_tar,
    .support = archive_read_support_format_tar,
    .end_mark = true,
    .header_max = (size_t)8 << 20,
};
