#include "image/margin.h"

#include <string.h>

#define ENOUGH ((size_t)1 << 20) /* bytes that are worth an entry of their own */
#define MOST ((size_t)8 << 20)   /* bytes kept */

void image_margin_init(struct image_margin *margin, struct image_walk *walk)
{
    *margin = (struct image_margin){
        .walk = walk,
        .wanted = !walk->shown,
        .bytes = ASSAY_BUF(MOST),
        .sizes = ASSAY_BUF(MOST),
    };
}

void image_margin_take(struct image_margin *margin, uint64_t end, const uint8_t *block, size_t len,
                       uint64_t at)
{
    struct image_margin_piece piece = {.offset = margin->done > at ? margin->done : at};

    if (!margin->wanted || end <= piece.offset || piece.offset - at >= len)
        return;
    block += piece.offset - at;
    len -= (size_t)(piece.offset - at);
    piece.len = end - piece.offset < len ? (size_t)(end - piece.offset) : len;
    margin->done = piece.offset + piece.len;
    if (block[0] == 0 && memcmp(block, block + 1, piece.len - 1) == 0)
        return;
    if (piece.len > margin->bytes.max - margin->bytes.len ||
        assay_buf_append(&margin->sizes, &piece, sizeof(piece)) < 0)
        margin->lost += piece.len;
    else if (assay_buf_append(&margin->bytes, block, piece.len) < 0) {
        margin->sizes.len -= sizeof(piece);
        margin->lost += piece.len;
    }
}

void image_margin_content(struct image_margin *margin, uint64_t end)
{
    if (end > margin->done)
        margin->done = end;
}

int image_margin_tell(struct image_margin *margin, bool last)
{
    struct entry entry = {
        .path = "(headers)", .type = ENTRY_META, .uid = -1, .gid = -1, .size = -1};
    const uint8_t *data = margin->bytes.data;
    unsigned level;
    int r;

    if (margin->lost) {
        image_walk_unread(margin->walk, "(headers)", UNREAD_BUDGET,
                          "%llu bytes beside the entries were not scanned",
                          (unsigned long long)margin->lost);
        margin->lost = 0;
    }
    if (!margin->bytes.len || (!last && margin->bytes.len < ENOUGH))
        return 0;
    r = image_walk_begin(margin->walk, &entry, &level);
    for (size_t i = 0; r == 0 && i < margin->sizes.len; i += sizeof(struct image_margin_piece)) {
        struct image_margin_piece piece;

        memcpy(&piece, margin->sizes.data + i, sizeof(piece));
        r = image_walk_bytes(margin->walk, level, data, piece.len, piece.offset);
        data += piece.len;
    }
    margin->bytes.len = margin->sizes.len = 0;
    return r < 0 ? r : image_walk_done(margin->walk);
}

void image_margin_free(struct image_margin *margin)
{
    assay_buf_free(&margin->bytes);
    assay_buf_free(&margin->sizes);
}
