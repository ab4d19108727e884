/* A part lies within the content and is not empty; validators are compared without reading on. The
 * first eight bytes are the content's size, the rest is the header. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t content, first = 0, length = 0;
    enum http_range range;
    char *header;

    if (size < sizeof(content))
        return 0;
    memcpy(&content, data, sizeof(content));
    size -= sizeof(content);
    header = malloc(size + 1);
    if (!header)
        return 0;
    memcpy(header, data + sizeof(content), size);
    header[size] = 0;
    range = http_range_parse(header, content, &first, &length);
    if (range == HTTP_RANGE_PART && (length == 0 || first >= content || length > content - first))
        abort();
    if (range != HTTP_RANGE_PART && (first || length))
        abort();
    http_range_none_match(header, "\"abc\"");
    free(header);
    return 0;
}
