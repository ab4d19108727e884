#include <errno.h>
#include <string.h>
#include <time.h>

#include "image/format.h"
#include "image/iso/iso.h"

#define FIXED 33u /* bytes before a record's name */

int64_t iso_date(const uint8_t *date)
{
    struct tm tm = {.tm_year = date[0],
                    .tm_mon = date[1] - 1,
                    .tm_mday = date[2],
                    .tm_hour = date[3],
                    .tm_min = date[4],
                    .tm_sec = date[5]};

    return (int64_t)timegm(&tm) - (int64_t)(int8_t)date[6] * 15 * 60;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* Joliet's names are UCS-2 with the high byte first; some write UTF-16. */
static void joliet_name(const uint8_t *name, size_t len, char *to)
{
    size_t n = 0;

    for (size_t i = 0; i + 1 < len; i += 2) {
        uint32_t c = (uint32_t)name[i] << 8 | name[i + 1];

        if (c >= 0xd800 && c < 0xdc00 && i + 3 < len && (name[i + 2] & 0xfc) == 0xdc) {
            c = 0x10000 + ((c & 0x3ff) << 10) +
                (((uint32_t)name[i + 2] << 8 | name[i + 3]) & 0x3ff);
            i += 2;
        }
        if (c)
            n += put_utf8(to + n, c);
    }
    to[n] = 0;
}

/* Takes the version off: ";1", and the dot before it where there is nothing behind it. */
static void cut_version(char *name, bool dot)
{
    char *version = strrchr(name, ';');
    size_t len;

    if (version && version[1] && version[1 + strspn(version + 1, "0123456789")] == 0)
        *version = 0;
    len = strlen(name);
    if (dot && len > 1 && name[len - 1] == '.')
        name[len - 1] = 0;
}

static void take_name(enum iso_names names, const uint8_t *name, size_t len, struct iso_record *to)
{
    if (len == 1 && *name <= 1) {
        to->self = *name == 0;
        to->parent = *name == 1;
        strcpy(to->name, to->self ? "." : "..");
        return;
    }
    if (names == ISO_NAMES_JOLIET)
        joliet_name(name, len, to->name);
    else
        snprintf(to->name, sizeof(to->name), "%.*s", (int)len, (const char *)name);
    cut_version(to->name, names != ISO_NAMES_JOLIET);
}

int iso_record_read(struct iso *iso, const struct iso_tree *tree, const uint8_t *data, size_t len,
                    char *target, struct iso_record *ret, struct assay_error *err)
{
    size_t name, use;
    int r = 0;

    *ret = (struct iso_record){.uid = -1, .gid = -1};
    if (len < FIXED + 1 || data[0] < FIXED + 1 || data[0] > len)
        return assay_error_set(err, EBADMSG, "the directory is damaged");
    ret->len = len = data[0];
    name = data[32];
    if (!name || FIXED + name > len)
        return assay_error_set(err, EBADMSG, "the directory has a damaged record");
    ret->extent.start = ((uint64_t)image_le32(data + 2) + data[1]) * iso->block_size;
    ret->extent.size = image_le32(data + 10);
    ret->mtime = iso_date(data + 18);
    ret->dir = data[25] & 2;
    ret->more = data[25] & 0x80;
    ret->interleaved = data[26] || data[27];
    take_name(tree->names, data + FIXED, name, ret);
    use = FIXED + name + (name % 2 == 0) + tree->skip;
    if (tree->names == ISO_NAMES_ROCK_RIDGE && use < len)
        r = iso_rock_ridge_read(iso, data + use, len - use, target, ret, err);
    return r;
}
