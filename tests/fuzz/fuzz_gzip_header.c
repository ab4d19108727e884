/* The header of a gzip member must be read the same however it is cut: the first byte is the length
 * of the pieces. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "source/gzip_header.h"

/* Takes the header in pieces of `piece` bytes. *ret_used receives how many bytes it took. */
static int take(struct gzip_header *header, const uint8_t *data, size_t len, size_t piece,
                size_t *ret_used)
{
    const uint8_t *at = data;
    int r = 0;

    gzip_header_begin(header);
    while (r == 0 && at < data + len) {
        size_t left = (size_t)(data + len - at), n = left < piece ? left : piece;

        r = gzip_header_take(header, &at, &n);
    }
    *ret_used = (size_t)(at - data);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gzip_header whole, cut; /* large */
    size_t used, used_cut, len;
    const uint8_t *text;
    int r;

    if (!size)
        return 0;
    r = take(&whole, data + 1, size - 1, size, &used);
    if (take(&cut, data + 1, size - 1, 1 + (size_t)data[0], &used_cut) != r || used != used_cut ||
        whole.len != cut.len || memcmp(whole.data, cut.data, whole.len) != 0)
        abort();
    if (whole.len != used || (used && memcmp(whole.data, data + 1, used) != 0))
        abort();
    if (r != 1)
        return 0;
    text = gzip_header_text(&whole, &len);
    if (text < whole.data || len > whole.len || text + len > whole.data + whole.len)
        abort();
    return 0;
}
