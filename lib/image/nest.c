/* The way into content, whatever it is: files, decompressed data, what follows a container. */
#include <archive.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/content.h"
#include "image/sniff.h"

#define RING_SLOTS 16 /* of 512 KiB: text is inflated faster than matched, programs are not */
#define RING_BLOCK ((size_t)512 << 10)
#define DIRECT_BLOCK ((size_t)64 << 10)

/* Content that is not looked into. */
static int walk_opaque(struct image_walk *walk, const struct entry *entry, struct content *content)
{
    const uint8_t *data;
    size_t len;
    uint64_t offset;
    unsigned level;
    struct assay_error err = {0};
    int more = 0, r = image_walk_begin(walk, entry, &level);

    while (r == 0 && (more = content->next(content, &data, &len, &offset, &err)) > 0)
        r = image_walk_bytes(walk, level, data, len, offset);
    if (r == 0)
        r = image_walk_damage(walk, NULL, more, &err);
    return r < 0 ? r : image_walk_done(walk);
}

int image_walk_after(struct image_walk *walk, struct stream *in, const uint8_t *data, size_t len,
                     bool look)
{
    struct entry entry = {
        .path = "(after the end)", .type = ENTRY_META, .uid = -1, .gid = -1, .size = -1};
    struct content_stream rest;
    struct assay_error err = {0};
    int r = 1;

    for (;;) {
        while (len && !*data) {
            data++;
            len--;
        }
        if (len)
            break;
        r = in->next(in, &data, &len, &err);
        if (r <= 0)
            return image_walk_damage(walk, NULL, r, &err);
    }
    rest = content_stream_of(in, data, len);
    return look ? image_walk_file(walk, &entry, &rest.content)
                : walk_opaque(walk, &entry, &rest.content);
}

int image_walk_tail(struct image_walk *walk, const struct filler_tail *tail, struct stream *in)
{
    int r = 0;

    if (tail->data.len)
        r = image_walk_meta(walk, "(after the end)", tail->data.data, tail->data.len);
    if (r == 0 && tail->lost)
        image_walk_unread(walk, NULL, UNREAD_CORRUPT,
                          "%llu bytes more stand beside the compressed data",
                          (unsigned long long)tail->lost);
    if (r == 0 && tail->ended)
        r = image_walk_after(walk, in, tail->after.data, tail->after.len, true);
    return r;
}

/* The name of the content of the compressed file `name`. */
static void content_name(const struct image_format *format, const char *own, const char *name,
                         char *ret, size_t size)
{
    const char *base = strrchr(name, '/');
    size_t len, cut = format->suffix ? strlen(format->suffix) : 0;

    if (own && *own) {
        snprintf(ret, size, "%s", own);
        return;
    }
    base = base ? base + 1 : name;
    len = strlen(base);
    if (cut && len > cut && strcmp(base + len - cut, format->suffix) == 0)
        len -= cut;
    snprintf(ret, size, "%.*s", (int)(len < size ? len : size), len ? base : "(content)");
}

int image_walk_filter(struct image_walk *walk,
                      int (*filter)(struct stream *in, struct filler_tail *tail,
                                    struct filler **ret),
                      struct stream *in, struct filler_tail *tail, struct stream **ret)
{
    const struct filler_limits limits = {
        .expanded = &walk->expanded,
        .max_expanded = walk->budget->expanded,
        .ratio = walk->budget->ratio ? walk->budget->ratio : 1,
        .floor = IMAGE_RATIO_FLOOR,
        .deadline = walk->deadline,
    };
    struct filler *filler = NULL, *limited = NULL;
    int r = filter(in, tail, &filler);

    if (r == 0)
        r = filler_limit_new(filler, &limits, &limited);
    if (!limited)
        return r;
    /* The artifact's own layers have threads; a file among thousands is not worth one. */
    if (walk->open == 0)
        return stream_ring_new(limited, RING_SLOTS, RING_BLOCK, ret);
    return stream_direct_new(limited, DIRECT_BLOCK, ret);
}

static int walk_filter(struct image_walk *walk, const struct image_format *format,
                       struct sniff *sniff, const char *name)
{
    struct filler_tail tail = FILLER_TAIL;
    char own[1024] = "", content[1024];
    struct content_stream inside;
    struct stream *out = NULL;
    size_t header = format->header ? format->header(&sniff->head, own, sizeof(own)) : 0;
    int r = 0;

    if (header)
        r = image_walk_meta(walk, "(gzip header)", sniff->head.data, header);
    if (r == 0)
        r = image_walk_filter(walk, format->filter, &sniff->stream, &tail, &out);
    if (r < 0)
        return image_walk_damage(walk, NULL, r, NULL);
    content_name(format, own, name, content, sizeof(content));
    inside = content_stream_of(out, NULL, 0);
    r = image_walk_inside(walk, &inside.content, content, NULL);
    stream_close(out); /* first: its thread may still write to `tail` and read from `sniff` */
    if (r == 0)
        r = image_walk_tail(walk, &tail, &sniff->stream);
    filler_tail_free(&tail);
    return r;
}

static int walk_spooled(struct image_walk *walk, const struct image_format *format,
                        struct sniff *sniff)
{
    struct blocks *blocks = NULL;
    int r;

    /* Read where it lies, where that is possible. QEMU needs a file of its own. */
    if (sniff->content->blocks && format->kind == IMAGE_BLOCKS)
        return image_walk_blocks(walk, format, sniff->content->blocks);
    r = image_spool(walk, &sniff->stream, &blocks);

    if (r == 0 && blocks)
        r = image_walk_blocks(walk, format, blocks);
    blocks_close(blocks);
    return r;
}

/* Looks into content of a known format; the container has been entered. */
static int walk_known(struct image_walk *walk, const struct image_format *format,
                      struct sniff *sniff, const char *name)
{
    struct image_count *before = image_walk_count(walk, format->name);
    bool shown = walk->shown;
    int r = 0;

    walk->shown = sniff->visit;
    switch (format->kind) {
    case IMAGE_FILTER:
        r = walk_filter(walk, format, sniff, name);
        break;
    case IMAGE_STREAM:
        r = format->stream ? format->stream(walk, &sniff->stream)
                           : image_archive_stream(walk, format, &sniff->stream);
        break;
    case IMAGE_BLOCKS:
    case IMAGE_DISK:
        r = walk_spooled(walk, format, sniff);
        break;
    case IMAGE_LAYOUT: /* no content is found to be one */
        break;
    case IMAGE_RECOGNISED:
        if (!format->harmless)
            image_walk_unread(walk, NULL, format->encrypted ? UNREAD_ENCRYPTED : UNREAD_UNSUPPORTED,
                              "%s is not read here: its bytes were scanned as they are",
                              format->name);
        break;
    }
    walk->count = before;
    walk->shown = shown;
    return r;
}

void image_walk_other(struct image_walk *walk, const struct image_head *head, unsigned place,
                      const char *path, const struct image_format *format)
{
    const struct image_format *other = image_format_other(head, place, format);

    if (other)
        image_walk_unread(walk, path, UNREAD_UNSUPPORTED,
                          "it was read as %s, and can be read as %s as well", format->name,
                          other->name);
}

int image_walk_file(struct image_walk *walk, const struct entry *entry, struct content *content)
{
    const struct image_format *format = NULL;
    bool deleted = walk->deleted;
    uint64_t before = walk->result->bytes;
    struct sniff sniff;
    unsigned level;
    size_t mark;
    int r = image_walk_begin(walk, entry, &level);

    if (r < 0)
        return r;
    walk->deleted |= entry->in == ENTRY_IN_DELETED;
    r = sniff_open(&sniff, walk, content, true, level);
    if (r == 0 && (format = image_format_detect(&sniff.head, IMAGE_IN_ENTRY)) != NULL) {
        image_walk_other(walk, &sniff.head, IMAGE_IN_ENTRY, entry->path, format);
        r = image_walk_enter(walk, entry->path, &mark);
        if (r == 0) {
            r = walk_known(walk, format, &sniff, entry->path);
            image_walk_leave(walk, mark);
        } else if (r == -E2BIG) {
            r = 0;
        }
    }
    if (r == 0)
        r = sniff_drain(&sniff);
    if (r == 0)
        r = image_walk_done(walk);
    /* What could not be read is no part of the entry that was, whatever vouches for that one. */
    if (r == 0)
        r = image_walk_damage(walk, entry->path, sniff.failed, &sniff.err);
    if (r == 0 && format && format->kind == IMAGE_RECOGNISED)
        image_walk_only_raw(walk, entry->path, format->name, walk->result->bytes - before);
    sniff_close(&sniff);
    walk->deleted = deleted;
    return r;
}

/* Of no known format, or of one that is not read: one file. */
static int walk_plain(struct image_walk *walk, struct sniff *sniff, const char *name, bool raw)
{
    struct entry entry = {.path = name,
                          .type = ENTRY_FILE,
                          .in = raw ? ENTRY_IN_RAW : ENTRY_IN_FILE,
                          .mode = 0644,
                          .uid = -1,
                          .gid = -1,
                          .size = -1};
    int r = image_walk_begin(walk, &entry, &sniff->level);

    sniff->visit = true;
    if (r == 0 && sniff->head.len && !sniff->head_lent)
        r = image_walk_bytes(walk, sniff->level, sniff->head.data, sniff->head.len, 0);
    if (r == 0 && sniff->len) /* what the piece at hand has beyond the head */
        r = image_walk_bytes(walk, sniff->level, sniff->data, sniff->len, sniff->offset);
    if (r == 0)
        r = sniff_drain(sniff);
    return r < 0 ? r : image_walk_done(walk);
}

int image_walk_inside(struct image_walk *walk, struct content *content, const char *name,
                      bool *ret_known)
{
    const struct image_format *format = NULL;
    struct sniff sniff;
    uint64_t before = walk->result->bytes;
    bool plain = true, deeper = walk->count != NULL;
    int r = sniff_open(&sniff, walk, content, false, 0);

    if (r == 0)
        format = image_format_detect(&sniff.head, IMAGE_IN_ARTIFACT);
    if (format)
        image_walk_other(walk, &sniff.head, IMAGE_IN_ARTIFACT, NULL, format);
    if (format && format->kind == IMAGE_FILTER && deeper && walk->depth >= walk->budget->depth) {
        image_walk_unread(walk, name, UNREAD_BUDGET, "containers in containers more than %u deep",
                          walk->budget->depth);
    } else if (format) {
        walk->depth += deeper && format->kind == IMAGE_FILTER;
        r = walk_known(walk, format, &sniff, name);
        walk->depth -= deeper && format->kind == IMAGE_FILTER;
        plain = format->kind == IMAGE_RECOGNISED;
    }
    if (r == 0)
        r = plain ? walk_plain(walk, &sniff, name, format || !deeper) : sniff_drain(&sniff);
    if (r == 0)
        r = image_walk_damage(walk, NULL, sniff.failed, &sniff.err);
    if (r == 0 && plain && format)
        image_walk_only_raw(walk, NULL, format->name, walk->result->bytes - before);
    sniff_close(&sniff);
    if (ret_known)
        *ret_known = format != NULL;
    return r;
}
