/* Loose objects: a zlib stream of "TYPE SIZE\0" and content. */
#include <errno.h>

#include "image/content.h"
#include "image/format.h"
#include "image/git/git.h"
#include "source/filler.h"

#define PROBED ((size_t)512) /* bytes of input: more than a header's deflate tables take */

static int loose_walk(struct image_walk *walk, struct stream *inflated)
{
    struct content_stream content;
    struct entry entry = {.type = ENTRY_FILE, .uid = -1, .gid = -1};
    struct assay_error err = {0};
    enum git_type type = GIT_NONE;
    const uint8_t *first;
    size_t len, header = 0;
    uint64_t size;
    int r = inflated->next(inflated, &first, &len, &err);

    if (r > 0)
        header = git_header_parse(first, len, &type, &size);
    if (r >= 0 && !header)
        r = assay_error_set(&err, EBADMSG, "the object has no header");
    if (r < 0)
        return image_walk_damage(walk, NULL, r, &err);
    content = content_stream_sized(inflated, first + header, len - header, size);
    entry.path = git_type_name(type);
    entry.size = size <= INT64_MAX ? (int64_t)size : -1;
    return image_walk_file(walk, &entry, &content.content);
}

int image_git_loose_stream(struct image_walk *walk, struct stream *in)
{
    struct filler_tail tail = FILLER_TAIL;
    struct stream *inflated = NULL;
    int r = image_walk_filter(walk, filler_zlib_new, in, &tail, &inflated);

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
