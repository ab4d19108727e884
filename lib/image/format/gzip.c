#include <stdio.h>
#include <string.h>

#include "image/format.h"

/* RFC 1952, 2.3.1 */
#define FHCRC 2
#define FEXTRA 4
#define FNAME 8
#define FCOMMENT 16
#define RESERVED 0xe0

static bool probe_gzip(const struct image_head *head)
{
    return image_head_has(head, 0, "\x1f\x8b\x08", 3) && head->len >= 18 &&
           (head->data[3] & RESERVED) == 0;
}

/* Moves *at beyond the NUL of a string; false when there is none in the head. */
static bool skip_string(const struct image_head *head, size_t *at)
{
    const uint8_t *nul = *at < head->len ? memchr(head->data + *at, 0, head->len - *at) : NULL;

    if (!nul)
        return false;
    *at = (size_t)(nul - head->data) + 1;
    return true;
}

static size_t header_gzip(const struct image_head *head, char *ret_name, size_t size)
{
    uint8_t flags = head->data[3];
    size_t at = 10, name;

    *ret_name = 0;
    if (!(flags & (FEXTRA | FNAME | FCOMMENT)))
        return 0;
    if (flags & FEXTRA)
        at += 2 + (size_t)image_le16(head->data + at);
    name = at;
    if ((flags & FNAME) && !skip_string(head, &at))
        return head->len;
    if (flags & FNAME)
        snprintf(ret_name, size, "%s", (const char *)head->data + name);
    if ((flags & FCOMMENT) && !skip_string(head, &at))
        return head->len;
    return at < head->len ? at : head->len;
}

const struct image_format image_format_gzip = {
    .name = "gzip",
    .kind = IMAGE_FILTER,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "ISA-L",
    .notes = "several members; checksums and lengths checked",
    .probe = probe_gzip,
    .filter = filler_gzip_new,
    .header = header_gzip,
    .suffix = ".gz",
};
