/* Rock Ridge: entries of two letters, a length, a version, and what they say, in the system use
 * area of each record and wherever that is continued. */
#include <errno.h>
#include <string.h>

#include "image/format.h"
#include "image/iso/iso.h"

#define CONTINUED_MAX 64          /* areas that a record's entries go on in */
#define AREA_MAX (2 * ISO_SECTOR) /* bytes in one of them */
#define FIRST 34u                 /* bytes of the root's "." record before its system use area */

struct reader {
    struct iso *iso;
    struct iso_record *to;
    char *target;
    size_t name;                  /* bytes of a name collected from several entries */
    bool name_begun, target_part; /* the target's last part goes on */
    struct iso_extent next;       /* where the entries go on; no size: nowhere */
};

bool iso_rock_ridge_begins(const uint8_t *data, size_t len, unsigned *ret_skip)
{
    if (len < FIRST + 7 || data[0] < FIRST + 7 || data[FIRST] != 'S' || data[FIRST + 1] != 'P' ||
        data[FIRST + 4] != 0xbe || data[FIRST + 5] != 0xef)
        return false;
    *ret_skip = data[FIRST + 6];
    return true;
}

/* NM: flags, and a part of the name. "." and ".." are names of their own (flags 2 and 4). */
static int take_name(struct reader *reader, const uint8_t *data, size_t len)
{
    struct iso_record *to = reader->to;

    if (len < 1 || (data[0] & 6))
        return 0;
    if (!reader->name_begun)
        reader->name = 0;
    if (reader->name + len - 1 > ISO_NAME_MAX || memchr(data + 1, 0, len - 1))
        return -EBADMSG;
    memcpy(to->name + reader->name, data + 1, len - 1);
    reader->name += len - 1;
    to->name[reader->name] = 0;
    reader->name_begun = true;
    return 0;
}

static int add_target(struct reader *reader, const char *text, size_t len)
{
    if (reader->to->target + len >= ISO_TARGET_MAX || memchr(text, 0, len))
        return -EBADMSG;
    memcpy(reader->target + reader->to->target, text, len);
    reader->to->target += len;
    reader->target[reader->to->target] = 0;
    return 0;
}

/* SL: flags, and parts of a path, each with flags and a length. */
static int take_target(struct reader *reader, const uint8_t *data, size_t len)
{
    int r = len < 1 ? -EBADMSG : 0;

    for (size_t at = 1; r == 0 && at < len; at += 2 + (size_t)data[at + 1]) {
        uint8_t flags = data[at];
        size_t used = reader->to->target;
        const char *text = (const char *)data + at + 2;

        if (at + 2 > len || at + 2 + (size_t)data[at + 1] > len)
            return -EBADMSG;
        if (used && !reader->target_part && reader->target[used - 1] != '/')
            r = add_target(reader, "/", 1);
        if (r < 0)
            break;
        if (flags & 2)
            r = add_target(reader, ".", 1);
        else if (flags & 4)
            r = add_target(reader, "..", 2);
        else if (flags & 8)
            r = add_target(reader, "/", 1);
        else
            r = add_target(reader, text, data[at + 1]);
        reader->target_part = flags & 1;
    }
    return r;
}

/* TF: flags that say which dates follow, in the order of their bits; the second is that of the last
 * change. With 0x80 they have 17 bytes, as text. */
static void take_dates(struct reader *reader, const uint8_t *data, size_t len)
{
    size_t at = 1 + (len && data[0] & 1 ? 7 : 0);

    if (len && (data[0] & 0x82) == 2 && at + 7 <= len)
        reader->to->mtime = iso_date(data + at);
}

/* PX: numbers of four bytes, each written twice. */
static void take_attributes(struct reader *reader, const uint8_t *data, size_t len)
{
    if (len < 32)
        return;
    reader->to->mode = image_le32(data);
    reader->to->links = image_le32(data + 8);
    reader->to->uid = image_le32(data + 16);
    reader->to->gid = image_le32(data + 24);
}

/* ZF: the method ("pz"), the header's length / 4, log2 of the block size, the size unpacked. */
static void take_packed(struct reader *reader, const uint8_t *data, size_t len)
{
    if (len < 12 || memcmp(data, "pz", 2) != 0)
        return;
    memcpy(reader->to->packed, data + 2, 2);
    reader->to->unpacked = image_le32(data + 4);
}

static int take_entry(struct reader *reader, const uint8_t *entry, size_t len)
{
    const uint8_t *data = entry + 4;
    uint64_t block = reader->iso->block_size;

#define IS(a, b) (entry[0] == (a) && entry[1] == (b))
    if (IS('N', 'M'))
        return take_name(reader, data, len);
    if (IS('S', 'L'))
        return take_target(reader, data, len);
    if (IS('T', 'F'))
        take_dates(reader, data, len);
    else if (IS('P', 'X'))
        take_attributes(reader, data, len);
    else if (IS('Z', 'F'))
        take_packed(reader, data, len);
    else if (IS('C', 'L') && len >= 8)
        reader->to->child = image_le32(data) * block;
    else if (IS('R', 'E'))
        reader->to->moved = true;
    else if (IS('S', 'F'))
        reader->to->sparse = true;
    else if (IS('C', 'E') && len >= 24)
        reader->next = (struct iso_extent){image_le32(data) * block + image_le32(data + 8),
                                           image_le32(data + 16)};
#undef IS
    return 0;
}

static int take_area(struct reader *reader, const uint8_t *data, size_t len)
{
    int r = 0;

    while (r == 0 && len >= 4 && data[2] >= 4 && data[2] <= len) {
        if (data[0] == 'S' && data[1] == 'T')
            break;
        r = take_entry(reader, data, data[2] - 4u);
        len -= data[2];
        data += data[2];
    }
    return r;
}

int iso_rock_ridge_read(struct iso *iso, const uint8_t *data, size_t len, char *target,
                        struct iso_record *ret, struct assay_error *err)
{
    struct reader reader = {.iso = iso, .to = ret, .target = target};
    uint8_t area[AREA_MAX];
    int r = take_area(&reader, data, len);

    for (unsigned i = 0; r == 0 && reader.next.size; i++) {
        struct iso_extent at = reader.next;

        reader.next.size = 0;
        if (i == CONTINUED_MAX || at.size > sizeof(area))
            return assay_error_set(err, EBADMSG, "what is said about it goes on for too long");
        r = blocks_read(iso->blocks, area, (size_t)at.size, at.start, err);
        if (r == -EINVAL)
            return assay_error_set(err, EBADMSG, "what is said about it lies outside of the image");
        if (r == 0)
            r = take_area(&reader, area, (size_t)at.size);
    }
    if (r == -EBADMSG)
        return assay_error_set(err, EBADMSG, "what Rock Ridge says about it is damaged");
    return r;
}
