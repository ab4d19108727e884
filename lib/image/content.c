#include "image/content.h"

#include <errno.h>

static int next(struct content *content, const uint8_t **ret, size_t *ret_len, uint64_t *ret_offset,
                struct assay_error *err)
{
    struct content_stream *self = (struct content_stream *)content;
    int r = 1;

    if (self->first_len) {
        *ret = self->first;
        *ret_len = self->first_len;
        self->first_len = 0;
    } else {
        r = self->in->next(self->in, ret, ret_len, err);
    }
    if (r < 0)
        return r;
    if (self->sized && (r == 0 ? self->at != content->size : *ret_len > content->size - self->at))
        return assay_error_set(err, EBADMSG, "its size is not the one it tells");
    if (r > 0) {
        *ret_offset = self->at;
        self->at += *ret_len;
    }
    return r;
}

struct content_stream content_stream_of(struct stream *in, const uint8_t *first, size_t first_len)
{
    return (struct content_stream){
        .content = {.size = UINT64_MAX, .next = next},
        .in = in,
        .first = first,
        .first_len = first_len,
    };
}

struct content_stream content_stream_sized(struct stream *in, const uint8_t *first,
                                           size_t first_len, uint64_t size)
{
    struct content_stream self = content_stream_of(in, first, first_len);

    self.content.size = size;
    self.sized = true;
    return self;
}
