/* The decoders on any content: what is found must depend neither on how content is cut into pieces
 * nor on where a window ends. The first two bytes say where that is and how long the pieces are. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scan.h"

#define AROUND 512 /* bytes of something else to either side */

static const char rules_text[] =
    "[{\"id\":\"a.token\",\"family\":\"a\",\"severity\":\"high\",\"pattern\":\"tok_[a-z]{4,8}\"},"
    " {\"id\":\"a.pair\",\"family\":\"a\",\"severity\":\"high\","
    "  \"pattern\":\"key=(?<secret>[^\\\\s\\\"]{8,3000})\"},"
    " {\"id\":\"generic.k\",\"family\":\"generic\",\"severity\":\"low\",\"pattern\":\"k=[a-z_]+\"}"
    "]";

static const char identities_text[] = "[{\"kind\":\"username\",\"value\":\"tim\"},"
                                      " {\"kind\":\"name\",\"value\":\"J\\u00fcrgen \\u017bak\"}]";

static const struct fuzz_rules texts = {rules_text, identities_text};

/* A place relative to the input; lines depend on what stands around it. */
static void normalize(json_t *place, size_t before)
{
    json_int_t offset = json_integer_value(json_object_get(place, "offset"));

    json_object_del(place, "line");
    if (offset >= 0)
        json_object_set_new(place, "offset", json_integer(offset - (json_int_t)before));
}

/* What is found in `size` bytes behind `before` others, fed in pieces of `piece`. */
static json_t *scan(const uint8_t *data, size_t size, size_t before, size_t piece)
{
    size_t len = before + size + AROUND, i, j;
    uint8_t *content = malloc(len);
    json_t *json, *finding, *place;

    if (!content)
        abort();
    memset(content, '.', len);
    memcpy(content + before, data, size);
    json = fuzz_scan(&texts, content, len, piece);
    json_array_foreach(json, i, finding)
    {
        normalize(finding, before);
        json_array_foreach(json_object_get(finding, "places"), j, place)
        {
            normalize(place, before);
        }
    }
    free(content);
    return json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *whole;
    size_t back, piece;

    if (size < 2)
        return 0;
    /* UTF-16 is read by even and odd offsets. */
    back = data[0] * (size - 2) / 255 / 2 * 2;
    piece = data[1] * (size_t)8 + 1;
    whole = scan(data + 2, size - 2, AROUND, SIZE_MAX);
    fuzz_must_equal(whole, scan(data + 2, size - 2, AROUND, piece));
    fuzz_must_equal(whole, scan(data + 2, size - 2, STREAM_WINDOW - back, SIZE_MAX));
    json_decref(whole);
    return 0;
}
