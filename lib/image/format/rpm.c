/* rpm's "Package format" (docs/manual/format.md of rpm): a lead, two headers of tags, and the
 * payload, which is compressed cpio. */
#include <errno.h>

#include "image/format.h"
#include "source/reader.h"

#define LEAD_SIZE 96
#define INTRO_SIZE 16
#define TAG_SIZE 16
#define TAGS_MAX 0xffff                    /* rpm's lib/header.c: hdrchkTags */
#define DATA_MAX (((uint32_t)1 << 28) - 1) /* the same: hdrchkData */

static bool probe_rpm(const struct image_head *head)
{
    return image_head_has(head, 0, "\xed\xab\xee\xdb", 4) && head->len >= LEAD_SIZE + INTRO_SIZE;
}

struct rpm {
    struct image_walk *walk;
    struct reader reader;
    bool shown; /* the bytes go to the visitor, as `level` */
    unsigned level;
    struct assay_error err;
};

static int rpm_show(struct rpm *rpm, const uint8_t *data, size_t len)
{
    return rpm->shown ? image_walk_bytes(rpm->walk, rpm->level, data, len, rpm->reader.at - len)
                      : 0;
}

static int rpm_pass(struct rpm *rpm, uint64_t len)
{
    const uint8_t *data;
    size_t n;
    int r = 0;

    for (; r == 0 && len; len -= n) {
        r = reader_lend(&rpm->reader, len, &data, &n, &rpm->err);
        if (r == 0)
            return assay_error_set(&rpm->err, EBADMSG, "the rpm ends too early");
        r = r < 0 ? r : rpm_show(rpm, data, n);
    }
    return r;
}

/* A header: how many tags and how many bytes of data it has, and then these. */
static int rpm_header(struct rpm *rpm, bool padded)
{
    uint8_t intro[INTRO_SIZE];
    uint32_t tags, data;
    int r = reader_exact(&rpm->reader, intro, sizeof(intro), &rpm->err);

    if (r == 0)
        r = rpm_show(rpm, intro, sizeof(intro));
    if (r < 0)
        return r;
    tags = image_be32(intro + 8);
    data = image_be32(intro + 12);
    if (image_be32(intro) != 0x8eade801 || tags > TAGS_MAX || data > DATA_MAX)
        return assay_error_set(&rpm->err, EBADMSG, "the rpm's header is damaged");
    r = rpm_pass(rpm, (uint64_t)tags * TAG_SIZE + data);
    if (r == 0 && padded)
        r = rpm_pass(rpm, -data & 7);
    return r;
}

/* Lead, signatures and tags, which an entry around them may show already. */
static int rpm_headers(struct rpm *rpm)
{
    struct entry entry = {
        .path = "(rpm header)", .type = ENTRY_META, .uid = -1, .gid = -1, .size = -1};
    int r = 0, done;

    rpm->shown = !rpm->walk->shown;
    if (rpm->shown)
        r = image_walk_begin(rpm->walk, &entry, &rpm->level);
    if (r < 0)
        return r;
    r = rpm_pass(rpm, LEAD_SIZE);
    if (r == 0)
        r = rpm_header(rpm, true);
    if (r == 0)
        r = rpm_header(rpm, false);
    done = rpm->shown ? image_walk_done(rpm->walk) : 0;
    return done < 0 ? done : r;
}

/* The payload as content. */
struct payload {
    struct content content;
    struct reader *reader;
    uint64_t at;
};

static int payload_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                        uint64_t *ret_offset, struct assay_error *err)
{
    struct payload *self = (struct payload *)content;
    int r = reader_lend(self->reader, UINT64_MAX, ret, ret_len, err);

    if (r > 0) {
        *ret_offset = self->at;
        self->at += *ret_len;
    }
    return r;
}

static int stream_rpm(struct image_walk *walk, struct stream *in)
{
    struct rpm rpm = {.walk = walk, .reader = {.in = in}};
    struct payload payload = {.content = {.size = UINT64_MAX, .next = payload_next},
                              .reader = &rpm.reader};
    bool known = true;
    int r = rpm_headers(&rpm);

    if (r < 0) {
        r = image_walk_damage(walk, NULL, r, &rpm.err);
        return r < 0 ? r : image_walk_after(walk, in, rpm.reader.data, rpm.reader.len, false);
    }
    r = image_walk_inside(walk, &payload.content, "(payload)", &known);
    if (r == 0 && !known)
        image_walk_unread(walk, "(payload)", UNREAD_UNSUPPORTED,
                          "the payload is in no format that is known: its bytes were scanned as "
                          "they are");
    return r;
}

const struct image_format image_format_rpm = {
    .name = "rpm",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "Assay",
    .notes = "headers, and the payload as what it is: compressed cpio",
    .probe = probe_rpm,
    .stream = stream_rpm,
};
