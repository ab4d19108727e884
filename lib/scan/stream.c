#include "scan/stream.h"

#include <errno.h>
#include <string.h>

#define LANES 16 /* what every x86-64 and arm64 has registers for */

typedef uint8_t lanes __attribute__((vector_size(LANES)));

uint64_t stream_count_lines(const uint8_t *data, size_t len)
{
    uint64_t n = 0;
    size_t i = 0;

    /* Each lane counts at most 255 before it is read out. */
    while (len - i >= LANES) {
        size_t rounds = (len - i) / LANES;
        lanes sums = {0};

        if (rounds > 255)
            rounds = 255;
        for (size_t round = 0; round < rounds; round++, i += LANES) {
            lanes block;

            memcpy(&block, data + i, LANES);
            sums -= (lanes)(block == '\n');
        }
        for (size_t lane = 0; lane < LANES; lane++)
            n += sums[lane];
    }
    for (; i < len; i++)
        n += data[i] == '\n';
    return n;
}

static int on_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                  void *context)
{
    struct window *window = context;
    uint64_t end = window->offset + to;

    (void)from;
    (void)flags;
    window->stream->engine->callbacks[id]++;
    if (end <= window->low || end > window->high)
        return 0;
    window->error = confirm_hit(window, id, end);
    return window->error < 0;
}

static int match_window(struct window *window)
{
    struct scan_engine *engine = window->stream->engine;
    hs_error_t error = hs_scan(engine->database, (const char *)window->data, (unsigned)window->len,
                               0, engine->scratch, on_hit, window);

    if (window->error < 0)
        return window->error;
    return error == HS_SUCCESS ? 0 : -EIO;
}

static int look_at_window(struct window *window, bool last)
{
    int r = window->high > window->low ? match_window(window) : 0;

    if (r == 0 && (window->high > window->low || last))
        r = decode_window(window, last);
    return r;
}

/* The tag of a window that matters by itself: 0, or -ENOENT for one that does not. */
static int tag_of(const struct window *window, bool last, uint8_t ret[SEEN_TAG])
{
    const struct scan_stream *stream = window->stream;
    const struct seen_window about = {
        .data = window->data,
        .len = (uint32_t)window->len,
        .low = (uint32_t)(window->low - window->offset),
        .high = (uint32_t)(window->high - window->offset),
        .flags = (window->offset == stream->origin ? SEEN_BEGIN : 0) |
                 (window->offset == 0 ? SEEN_FIRST : 0) | (window->offset & 1 ? SEEN_ODD : 0) |
                 (last ? SEEN_END : 0),
    };

    if (!stream->engine->seen || stream->names || stream->top || window->len < SEEN_LEAST ||
        !decode_idle(&stream->decode, window->low))
        return -ENOENT;
    return seen_tag(stream->engine->seen, &about, ret);
}

/* Matches a window and what stands encoded in it, unless it is known to be clean. */
static int look_once(struct window *window, bool last)
{
    struct scan_stream *stream = window->stream;
    uint64_t marks = stream->marks, found = decode_found(&stream->decode);
    uint8_t tag[SEEN_TAG];
    int r;

    if (tag_of(window, last, tag) < 0)
        return look_at_window(window, last);
    if (seen_has(stream->engine->seen, tag))
        return 0;
    r = look_at_window(window, last);
    if (r == 0 && stream->marks == marks && decode_found(&stream->decode) == found &&
        decode_idle(&stream->decode, window->high))
        seen_add(stream->engine->seen, tag);
    return r;
}

void stream_mark(struct scan_stream *stream)
{
    decoded_top(stream)->marks++;
}

int stream_window(struct window *window, bool last)
{
    struct scan_stream *stream = window->stream;
    uint64_t end = window->offset + window->len;
    int r;

    if (!stream->looked) {
        stream->looked = true;
        stream->binary =
            stream->origin > 0 || memchr(window->data, 0, window->len < 8192 ? window->len : 8192);
    }
    window->low = stream->accepted;
    if (window->high > end)
        window->high = end;
    r = look_once(window, last);
    if (r < 0)
        return r;
    if (window->high > window->low)
        stream->accepted = window->high;
    return stream->n_matches ? settle(stream, last) : 0;
}

/* Where the next window's memory ends, unless the content ends before. */
static uint64_t window_end(const struct scan_stream *stream)
{
    return stream->accepted - stream->accepted % STREAM_WINDOW + STREAM_WINDOW + SCAN_REACH;
}

/* Scans the window whose memory begins at `data`, which is buffer[0]'s place in the entry. */
static int scan_window(struct scan_stream *stream, const uint8_t *data, size_t len, bool last)
{
    struct window window = {.stream = stream,
                            .data = data,
                            .len = len,
                            .offset = stream->offset,
                            .high = stream->offset + len - (last ? 0 : SCAN_REACH),
                            .lines = stream->lines};

    return stream_window(&window, last);
}

/* After a window that began at `data`: the next one's memory begins SCAN_REACH before it, or where
 * the content does. Returns how many bytes are not needed any more. */
static size_t move_on(struct scan_stream *stream, const uint8_t *data)
{
    uint64_t have = stream->accepted - stream->offset;
    size_t done = have > SCAN_REACH ? (size_t)(have - SCAN_REACH) : 0;

    if (!stream->binary)
        stream->lines += stream_count_lines(data, done);
    stream->offset += done;
    return done;
}

void stream_begin(struct scan_stream *stream, uint64_t offset)
{
    stream->turn++;
    stream->len = 0;
    stream->offset = stream->origin = stream->accepted = offset;
    stream->lines = 0;
    stream->looked = false;
    decode_begin(&stream->decode);
    stream->decode.found = 0;
}

/* Ends a stretch of content. */
static int finish(struct scan_stream *stream)
{
    int r = 0;

    if (stream->offset + stream->len > stream->accepted)
        r = scan_window(stream, stream->buffer, stream->len, true);
    return r == 0 && stream->n_matches ? settle(stream, true) : r;
}

/* Scans the buffer, which holds a whole window, and keeps what the next one needs of it. */
static int scan_buffer(struct scan_stream *stream)
{
    int r = scan_window(stream, stream->buffer, stream->len, false);
    size_t done;

    if (r < 0)
        return r;
    done = move_on(stream, stream->buffer);
    stream->len -= done;
    memmove(stream->buffer, stream->buffer + done, stream->len);
    return 0;
}

/* Takes `len` bytes at `offset` of the entry, which follow those in the buffer. */
static int take(struct scan_stream *stream, const uint8_t *data, size_t len, uint64_t offset)
{
    uint64_t have;

    while ((have = stream->offset + stream->len) < offset + len) {
        uint64_t end = window_end(stream);
        const uint8_t *from = data + (have - offset);
        size_t n = (size_t)((end < offset + len ? end : offset + len) - have);
        int r = 0;

        if (end <= offset + len && stream->offset >= offset) {
            from = data + (stream->offset - offset);
            r = scan_window(stream, from, (size_t)(end - stream->offset), false);
            if (r == 0)
                move_on(stream, from);
            stream->len = 0;
        } else {
            memcpy(stream->buffer + stream->len, from, n);
            stream->len += n;
            if (have + n == end)
                r = scan_buffer(stream);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

int scan_stream_feed(struct scan_stream *stream, const uint8_t *data, size_t len, uint64_t offset)
{
    int r = 0;

    if (!stream->engine->database)
        return 0;
    if (len > INT64_MAX || offset > INT64_MAX - len)
        return -EOVERFLOW;
    if (offset != stream->offset + stream->len) {
        r = finish(stream);
        stream_begin(stream, offset);
    }
    return r < 0 ? r : take(stream, data, len, offset);
}

int scan_stream_open(struct scan_engine *engine, const char *container, const char *path,
                     struct scan_stream **ret)
{
    struct scan_stream *stream = stream_new(engine);
    int r;

    if (!stream)
        return -ENOMEM;
    stream->container_text.len = stream->path_text.len = 0;
    r = assay_buf_append(&stream->container_text, container, strlen(container));
    if (r == 0)
        r = assay_buf_append(&stream->path_text, path, strlen(path));
    if (r < 0) {
        stream_free(stream);
        return r;
    }
    stream->container = assay_buf_str(&stream->container_text);
    stream->path = assay_buf_str(&stream->path_text);
    stream->in = ENTRY_IN_FILE;
    stream->top = NULL;
    stream->names = false;
    stream->decode.level = 0;
    stream_begin(stream, 0);
    *ret = stream;
    return 0;
}

void scan_stream_in(struct scan_stream *stream, enum entry_in in)
{
    stream->in = in;
}

int scan_stream_close(struct scan_stream *stream)
{
    struct scan_engine *engine;
    int r;

    if (!stream)
        return 0;
    engine = stream->engine;
    r = engine->database ? finish(stream) : 0;
    if (r < 0) {
        stream_free(stream);
        return r;
    }
    stream->next = engine->spare;
    engine->spare = stream;
    return 0;
}
