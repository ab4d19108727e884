/* Loose objects: a zlib stream of "TYPE SIZE\0" and content. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"
#include "image/git/git.h"
#include "source/filler.h"

#define BLOCK ((size_t)64 << 10)
#define PROBED ((size_t)512) /* bytes of input: more than a header's deflate tables take */

struct loose_content {
    struct content content;
    struct stream *in;
    const uint8_t *first; /* what stood behind the header in the first block */
    size_t first_len;
    uint64_t at;
};

static int loose_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                      uint64_t *ret_offset, struct assay_error *err)
{
    struct loose_content *loose = (struct loose_content *)content;
    int r = 1;

    if (loose->first_len) {
        *ret = loose->first;
        *ret_len = loose->first_len;
        loose->first_len = 0;
    } else {
        r = loose->in->next(loose->in, ret, ret_len, err);
    }
    if (r < 0)
        return r;
    if (r == 0 ? loose->at != content->size : *ret_len > content->size - loose->at)
        return assay_error_set(err, EBADMSG, "the object's size is not the one it tells");
    if (r > 0) {
        *ret_offset = loose->at;
        loose->at += *ret_len;
    }
    return r;
}

static int loose_open(struct image_walk *walk, struct stream *in, struct filler_tail *tail,
                      struct stream **ret)
{
    const struct filler_limits limits = {
        .expanded = &walk->expanded,
        .max_expanded = walk->budget->expanded,
        .ratio = walk->budget->ratio ? walk->budget->ratio : 1,
        .floor = IMAGE_RATIO_FLOOR,
        .deadline = walk->deadline,
    };
    struct filler *filler = NULL, *limited = NULL;
    int r = filler_zlib_new(in, tail, &filler);

    if (r == 0)
        r = filler_limit_new(filler, &limits, &limited);
    return limited ? stream_direct_new(limited, BLOCK, ret) : r;
}

static int loose_walk(struct image_walk *walk, struct stream *inflated)
{
    struct loose_content loose = {.content = {.next = loose_next}, .in = inflated};
    struct entry entry = {.type = ENTRY_FILE, .uid = -1, .gid = -1};
    struct assay_error err = {0};
    enum git_type type = GIT_NONE;
    size_t header = 0;
    int r = inflated->next(inflated, &loose.first, &loose.first_len, &err);

    if (r > 0)
        header = git_header_parse(loose.first, loose.first_len, &type, &loose.content.size);
    if (r >= 0 && !header)
        r = assay_error_set(&err, EBADMSG, "the object has no header");
    if (r < 0)
        return image_walk_damage(walk, NULL, r, &err);
    loose.first += header;
    loose.first_len -= header;
    entry.path = git_type_name(type);
    entry.size = loose.content.size <= INT64_MAX ? (int64_t)loose.content.size : -1;
    return image_walk_file(walk, &entry, &loose.content);
}

int image_git_loose_stream(struct image_walk *walk, struct stream *in)
{
    struct filler_tail tail = FILLER_TAIL;
    struct stream *inflated = NULL;
    int r = loose_open(walk, in, &tail, &inflated);

    r = r < 0 ? image_walk_damage(walk, NULL, r, NULL) : loose_walk(walk, inflated);
    stream_close(inflated);
    if (r == 0)
        r = image_walk_tail(walk, &tail, in);
    filler_tail_free(&tail);
    return r;
}

bool image_git_loose_probe(const uint8_t *data, size_t len)
{
    uint8_t header[GIT_HEADER_MAX];
    enum git_type type;
    uint64_t size;
    bool ended;
    size_t n = filler_zlib_try(data, len < PROBED ? len : PROBED, header, sizeof(header), &ended);

    return git_header_parse(header, n, &type, &size) > 0;
}
