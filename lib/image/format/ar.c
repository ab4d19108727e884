#include <archive.h>

#include "image/format.h"

static bool probe_ar(const struct image_head *head)
{
    return image_head_has(head, 0, "!<arch>\n", 8);
}

const struct image_format image_format_ar = {
    .name = "ar",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "libarchive",
    .notes = "deb, static libraries",
    .probe = probe_ar,
    .support = archive_read_support_format_ar,
    .member_header = 60, /* ar(5) */
};
