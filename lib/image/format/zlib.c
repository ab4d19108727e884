/* zlib streams (RFC 1950) that are all of a file or of a database's value. Two bytes are no magic:
 * the data has to inflate. */
#include "image/format.h"
#include "source/filler.h"

/* Bytes: what is no deflated data does not inflate to so many without a fault. */
#define SURE 4096

static bool probe_zlib(const struct image_head *head)
{
    uint8_t made[SURE];
    bool ended;

    return filler_zlib_try(head->data, head->len, made, sizeof(made), &ended) == SURE || ended;
}

const struct image_format image_format_zlib = {
    .name = "zlib",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "ISA-L",
    .notes = "whole files; known by inflating their first 4 KiB",
    .probe = probe_zlib,
    .filter = filler_zlib_new,
    .suffix = ".zz",
};
