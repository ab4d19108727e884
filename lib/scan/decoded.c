/* Decoded text as content of its own, and the place in an entry that it came from. */
#include <errno.h>

#include "scan/stream.h"

struct scan_stream *decoded_top(struct scan_stream *stream)
{
    return stream->top ? stream->top : stream;
}

/* Fills in what a stream for decoded text has of the entry's. */
static void attach(struct scan_stream *child, struct scan_stream *stream,
                   const struct decode_place *place, unsigned level)
{
    struct scan_stream *top = decoded_top(stream);

    child->top = top;
    child->place = *place;
    child->container = top->container;
    child->path = top->path;
    child->in = top->in;
    child->names = top->names;
    child->decode.level = level;
}

int decoded_match(struct scan_stream *stream, const struct decode_place *place, const uint8_t *text,
                  size_t len)
{
    struct scan_engine *engine = stream->engine;
    struct scan_stream *child = engine->decoded;
    struct window window = {.data = text, .len = len, .high = len};

    if (!child)
        child = engine->decoded = stream_new(engine);
    if (!child)
        return -ENOMEM;
    window.stream = child;
    stream_begin(child, 0);
    attach(child, stream, place, DECODE_LEVELS);
    return stream_window(&window, true);
}

int decoded_open(struct scan_stream *stream, const struct decode_place *place, unsigned level,
                 struct scan_stream **ret)
{
    int r = scan_stream_open(stream->engine, "", "", ret);

    if (r == 0)
        attach(*ret, stream, place, level);
    return r;
}

int decoded_append(struct scan_stream *child, const uint8_t *data, size_t len)
{
    return scan_stream_feed(child, data, len, child->offset + child->len);
}

/* In a name all of the run is hidden; of a long one, up to the name's end. It comes before the
 * finding, whose path may be shortened. */
static int hide_run(struct scan_stream *stream, const struct decode_place *place)
{
    uint64_t end = place->end > place->start ? place->end : stream->name_len;

    if (!stream->names || place->start >= end || end > stream->name_len)
        return 0;
    return findings_hide(stream->engine->findings, stream->name + place->start,
                         (size_t)(end - place->start));
}

int decoded_hit(struct scan_stream *stream, const struct decode_place *place,
                struct finding_hit *hit, char name[DECODE_NAME_MAX])
{
    hit->container = stream->container;
    hit->path = stream->path;
    hit->in = stream->in;
    hit->offset = stream->names ? -1 : (int64_t)place->start;
    hit->line = place->line;
    if (place->chain == 0)
        return 0;
    hit->decoded = decode_name(place->chain, name);
    if (!stream->names && place->end > place->start)
        hit->span = place->end - place->start;
    else if (!stream->names && decode_is_sparse(place->chain))
        hit->span = INT64_MAX - place->start; /* a long line, of which most is found as it stands */
    return hide_run(stream, place);
}
