#include "scan/field.h"

#include <string.h>

#define ZIP_BEFORE 1024 /* bytes of name and extra fields looked over for a member's header */

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static bool is_printable(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] < 0x21 || bytes[i] > 0x7e)
            return false;
    return true;
}

/* utmp(5) on Linux: type (2 bytes, 1 to 9) and padding, pid, line (32, padded with zeros), id (4),
 * user. The id is the end of the line's name, with no zero behind it. */
static bool is_login(const uint8_t *text, size_t at)
{
    const uint8_t *record = text + at - 44;
    size_t line;

    if (at < 44 || record[0] < 1 || record[0] > 9 || !is_zero(record + 1, 3) || record[7] != 0)
        return false;
    line = strnlen((const char *)record + 8, 32);
    return line > 0 && is_printable(record + 8, line) && is_zero(record + 8 + line, 32 - line);
}

/* The superblock of ext2, 3 and 4: the magic number 0xef53 at 56, an UUID at 104, the label at 120
 * (Linux, Documentation/filesystems/ext4/super.rst). */
static bool is_ext_label(const uint8_t *text, size_t at)
{
    return at >= 120 && text[at - 64] == 0x53 && text[at - 63] == 0xef;
}

/* A swap area's header: version 1, the last page, no bad pages, an UUID, the label (Linux,
 * include/linux/swap.h). */
static bool is_swap_label(const uint8_t *text, size_t at)
{
    return at >= 28 && text[at - 28] == 1 && is_zero(text + at - 27, 3) &&
           is_zero(text + at - 20, 4);
}

static size_t get16(const uint8_t *bytes)
{
    return bytes[0] | (size_t)bytes[1] << 8;
}

/* A member's comment in the central directory: behind 46 bytes, its name and its extra fields
 * (PKWARE's APPNOTE.TXT 4.3.12). */
static bool is_zip_comment(const uint8_t *text, size_t at)
{
    for (size_t back = 46; back <= at && back < 46 + ZIP_BEFORE; back++) {
        const uint8_t *header = text + at - back;

        if (header[0] == 'P' && memcmp(header, "PK\1\2", 4) == 0)
            return 46 + get16(header + 28) + get16(header + 30) == back && get16(header + 32) > 0;
    }
    return false;
}

bool field_begins(const uint8_t *text, size_t at)
{
    return is_login(text, at) || is_ext_label(text, at) || is_swap_label(text, at) ||
           is_zip_comment(text, at);
}

bool field_ends(const uint8_t *text, size_t len, size_t at)
{
    return len - at >= 4 && text[at] == 'P' && text[at + 1] == 'K' &&
           (memcmp(text + at + 2, "\1\2", 2) == 0 || memcmp(text + at + 2, "\3\4", 2) == 0 ||
            memcmp(text + at + 2, "\5\6", 2) == 0);
}
