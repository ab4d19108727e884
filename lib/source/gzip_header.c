#include "source/gzip_header.h"

#include <errno.h>
#include <string.h>

#define FIXED_SIZE 10
#define FLAGS 3 /* the place of the flags */
#define FHCRC 2
#define FEXTRA 4
#define FNAME 8
#define FCOMMENT 16
#define RESERVED 0xe0

enum { FIXED, EXTRA_LENGTH, EXTRA, NAME, COMMENT, CHECKSUM, COMPLETE };

/* The flag that says whether a part is there. */
static const uint8_t flag_of[] = {[EXTRA_LENGTH] = FEXTRA, [EXTRA] = FEXTRA,   [NAME] = FNAME,
                                  [COMMENT] = FCOMMENT,    [CHECKSUM] = FHCRC, [COMPLETE] = 0};

void gzip_header_begin(struct gzip_header *header)
{
    header->len = 0;
    header->part = FIXED;
    header->left = 0;
}

static void next_part(struct gzip_header *header)
{
    const uint8_t *end = header->data + header->len;

    do
        header->part++;
    while (header->part < COMPLETE && !(header->data[FLAGS] & flag_of[header->part]));
    if (header->part == EXTRA_LENGTH || header->part == CHECKSUM)
        header->left = 2;
    if (header->part == EXTRA) {
        header->left = (size_t)(end[-2] | end[-1] << 8);
        if (header->left == 0)
            next_part(header);
    }
}

static int take_byte(struct gzip_header *header, uint8_t byte)
{
    static const uint8_t magic[] = {0x1f, 0x8b, 8};

    if (header->len == GZIP_HEADER_MAX)
        return -EFBIG;
    if ((header->len < sizeof(magic) && byte != magic[header->len]) ||
        (header->len == FLAGS && (byte & RESERVED)))
        return -EINVAL;
    header->data[header->len++] = byte;
    switch (header->part) {
    case FIXED:
        if (header->len == FIXED_SIZE)
            next_part(header);
        break;
    case NAME:
    case COMMENT:
        if (byte == 0)
            next_part(header);
        break;
    default:
        if (--header->left == 0)
            next_part(header);
    }
    return 0;
}

int gzip_header_take(struct gzip_header *header, const uint8_t **data, size_t *len)
{
    int r = 0;

    while (r == 0 && *len > 0 && header->part != COMPLETE) {
        r = take_byte(header, **data);
        if (r == 0) {
            (*data)++;
            (*len)--;
        }
    }
    return r < 0 ? r : header->part == COMPLETE;
}

const uint8_t *gzip_header_text(const struct gzip_header *header, size_t *ret_len)
{
    const uint8_t *text = header->data + FIXED_SIZE;

    *ret_len = header->len - FIXED_SIZE;
    if (*ret_len == 8 && header->data[FLAGS] == FEXTRA && memcmp(text, "\6\0BC\2\0", 6) == 0)
        *ret_len = 0;
    return text;
}
