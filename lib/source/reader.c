#include "source/reader.h"

#include <errno.h>
#include <string.h>

int reader_lend(struct reader *reader, uint64_t max, const uint8_t **ret, size_t *ret_len,
                struct assay_error *err)
{
    size_t take;

    if (!reader->len) {
        int r = reader->in->next(reader->in, &reader->data, &reader->len, err);

        if (r <= 0) {
            reader->len = 0;
            return r;
        }
    }
    take = reader->len < max ? reader->len : (size_t)max;
    *ret = reader->data;
    *ret_len = take;
    reader->data += take;
    reader->len -= take;
    reader->at += take;
    return 1;
}

int reader_exact(struct reader *reader, void *data, size_t len, struct assay_error *err)
{
    uint8_t *to = data;
    const uint8_t *piece;
    size_t n;

    while (len) {
        int r = reader_lend(reader, len, &piece, &n, err);

        if (r == 0)
            return assay_error_set(err, EBADMSG, "the data ends too early");
        if (r < 0)
            return r;
        memcpy(to, piece, n);
        to += n;
        len -= n;
    }
    return 0;
}
