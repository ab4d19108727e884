#include "image/sniff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t zeros[65536];

/* Pulls the next piece into data, len, offset. Returns 1, 0 at the end or after damage, or what
 * ends the walk. */
static int sniff_pull(struct sniff *sniff)
{
    int r;

    sniff->len = 0;
    if (sniff->ended)
        return 0;
    r = sniff->content->next(sniff->content, &sniff->data, &sniff->len, &sniff->offset,
                             &sniff->err);
    if (sniff->walk->failed < 0)
        return sniff->walk->failed;
    if (r <= 0) {
        sniff->len = 0;
        sniff->ended = true;
        sniff->failed = r;
        return 0;
    }
    if (sniff->visit) {
        r = image_walk_bytes(sniff->walk, sniff->level, sniff->data, sniff->len, sniff->offset);
        if (r < 0)
            return r;
    }
    return 1;
}

/* Copies pieces together until the head is full; what the last piece has beyond stays at hand. */
static int sniff_collect(struct sniff *sniff)
{
    size_t have = 0;
    int r = 1;

    sniff->copy = calloc(1, IMAGE_HEAD_SIZE);
    if (!sniff->copy)
        return -ENOMEM;
    while (r > 0) {
        size_t room, take;

        if (sniff->offset >= IMAGE_HEAD_SIZE)
            have = IMAGE_HEAD_SIZE;
        else {
            room = IMAGE_HEAD_SIZE - (size_t)sniff->offset;
            take = sniff->len < room ? sniff->len : room;
            memcpy(sniff->copy + sniff->offset, sniff->data, take);
            have = (size_t)sniff->offset + take;
            sniff->data += take;
            sniff->len -= take;
            sniff->offset += take;
        }
        if (have == IMAGE_HEAD_SIZE)
            break;
        r = sniff_pull(sniff);
    }
    if (r == 0 && sniff->failed == 0 && sniff->content->size != UINT64_MAX &&
        sniff->content->size > have)
        have =
            sniff->content->size < IMAGE_HEAD_SIZE ? (size_t)sniff->content->size : IMAGE_HEAD_SIZE;
    sniff->head.data = sniff->copy;
    sniff->head.len = have;
    return r < 0 ? r : 0;
}

static int sniff_next(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                      struct assay_error *err)
{
    struct sniff *sniff = (struct sniff *)stream;
    uint64_t hole = 0;
    int r;

    if (!sniff->head_lent) {
        sniff->head_lent = true;
        sniff->at = sniff->head.len;
        *ret = sniff->head.data;
        *ret_len = sniff->head.len;
        if (sniff->head.len)
            return 1;
    }
    if (!sniff->len) {
        r = sniff_pull(sniff);
        if (r < 0)
            return r;
    }
    if (sniff->len)
        hole = sniff->offset > sniff->at ? sniff->offset - sniff->at : 0;
    else if (sniff->failed == 0 && sniff->content->size != UINT64_MAX)
        hole = sniff->content->size > sniff->at ? sniff->content->size - sniff->at : 0;
    if (hole) {
        *ret = zeros;
        *ret_len = hole < sizeof(zeros) ? (size_t)hole : sizeof(zeros);
        if (atomic_fetch_add(&sniff->walk->expanded, *ret_len) > sniff->walk->budget->expanded)
            return assay_error_set(err, EFBIG, "the holes of a sparse file pass the budget");
    } else if (sniff->len) {
        *ret = sniff->data;
        *ret_len = sniff->len;
        sniff->len = 0;
    } else {
        if (err)
            *err = sniff->err;
        return sniff->failed;
    }
    sniff->at += *ret_len;
    return 1;
}

int sniff_open(struct sniff *sniff, struct image_walk *walk, struct content *content, bool visit,
               unsigned level)
{
    int r;

    *sniff = (struct sniff){.stream = {.next = sniff_next},
                            .walk = walk,
                            .content = content,
                            .visit = visit,
                            .level = level};
    r = sniff_pull(sniff);
    if (r > 0 && sniff->offset == 0 &&
        (sniff->len >= IMAGE_HEAD_SIZE || sniff->len == content->size)) {
        sniff->head.data = sniff->data;
        sniff->head.len = sniff->len;
        sniff->len = 0;
        r = 0;
    } else if (r > 0) {
        r = sniff_collect(sniff);
    }
    sniff->head.size = content->size;
    if (sniff->ended && sniff->failed == 0 && content->size == UINT64_MAX)
        sniff->head.size = sniff->head.len;
    return r;
}

int sniff_drain(struct sniff *sniff)
{
    int r;

    do
        r = sniff_pull(sniff);
    while (r > 0);
    return r;
}

void sniff_close(struct sniff *sniff)
{
    free(sniff->copy);
}
