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

int stream_window(struct window *window, bool last)
{
    struct scan_stream *stream = window->stream;
    struct scan_engine *engine = stream->engine;
    uint64_t end = window->offset + window->len;
    hs_error_t error;

    if (!stream->looked) {
        stream->looked = true;
        stream->binary =
            stream->origin > 0 || memchr(window->data, 0, window->len < 8192 ? window->len : 8192);
    }
    window->low = stream->accepted;
    if (window->high > end)
        window->high = end;
    if (window->high > window->low) {
        /* hs_scan() takes an unsigned int; callers hand over what fits. */
        error = hs_scan(engine->database, (const char *)window->data, (unsigned)window->len, 0,
                        engine->scratch, on_hit, window);
        if (window->error < 0)
            return window->error;
        if (error != HS_SUCCESS)
            return -EIO;
        stream->accepted = window->high;
    }
    if (window->high > window->low || last) {
        int r = decode_window(window, last);

        if (r < 0)
            return r;
    }
    return stream->n_matches ? settle(stream, last) : 0;
}

/* Scans what is in the buffer, and keeps only the carry of it. */
static int scan_buffer(struct scan_stream *stream, bool last)
{
    uint64_t end = stream->offset + stream->len;
    struct window window = {.stream = stream,
                            .data = stream->buffer,
                            .len = stream->len,
                            .offset = stream->offset,
                            .high = last               ? end
                                    : end > SCAN_REACH ? end - SCAN_REACH
                                                       : 0,
                            .lines = stream->lines};
    int r = stream_window(&window, last);
    size_t drop = stream->len > STREAM_CARRY ? stream->len - STREAM_CARRY : 0;

    if (r < 0 || drop == 0)
        return r;
    if (!stream->binary)
        stream->lines += stream_count_lines(stream->buffer, drop);
    memmove(stream->buffer, stream->buffer + drop, STREAM_CARRY);
    stream->len = STREAM_CARRY;
    stream->offset += drop;
    return 0;
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
        r = scan_buffer(stream, true);
    return r == 0 && stream->n_matches ? settle(stream, true) : r;
}

static int collect(struct scan_stream *stream, const uint8_t *data, size_t len)
{
    while (len > 0) {
        size_t n = STREAM_BUFFER - stream->len;

        if (n > len)
            n = len;
        memcpy(stream->buffer + stream->len, data, n);
        stream->len += n;
        data += n;
        len -= n;
        if (stream->len == STREAM_BUFFER) {
            int r = scan_buffer(stream, false);

            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* Scans a big piece where it lies, after a window over the border before it. */
static int scan_piece(struct scan_stream *stream, const uint8_t *data, size_t len)
{
    size_t before = stream->len;
    uint64_t offset = stream->offset + before;
    struct window window = {.stream = stream, .data = data, .len = len, .offset = offset};
    int r = 0;

    if (before + STREAM_CARRY > STREAM_BUFFER) {
        r = scan_buffer(stream, false);
        before = stream->len;
    }
    if (r == 0 && before > 0) {
        struct window border = {.stream = stream,
                                .data = stream->buffer,
                                .len = before + STREAM_CARRY,
                                .offset = stream->offset,
                                .high = offset + SCAN_REACH,
                                .lines = stream->lines};

        memcpy(stream->buffer + before, data, STREAM_CARRY);
        r = stream_window(&border, false);
        if (r == 0 && !stream->binary)
            stream->lines += stream_count_lines(stream->buffer, before);
    }
    window.high = offset + len - SCAN_REACH;
    window.lines = stream->lines;
    if (r == 0)
        r = stream_window(&window, false);
    if (r < 0)
        return r;
    if (!stream->binary)
        stream->lines += stream_count_lines(data, len - STREAM_CARRY);
    memcpy(stream->buffer, data + len - STREAM_CARRY, STREAM_CARRY);
    stream->len = STREAM_CARRY;
    stream->offset = offset + len - STREAM_CARRY;
    return 0;
}

int scan_stream_feed(struct scan_stream *stream, const uint8_t *data, size_t len, uint64_t offset)
{
    const size_t most = 1u << 30; /* hs_scan() counts in an unsigned int */
    int r = 0;

    if (!stream->engine->database)
        return 0;
    if (offset != stream->offset + stream->len) {
        r = finish(stream);
        stream_begin(stream, offset);
    }
    while (r == 0 && len > 0) {
        size_t n = len > most ? most : len;

        r = n < STREAM_PIECE ? collect(stream, data, n) : scan_piece(stream, data, n);
        data += n;
        len -= n;
    }
    return r;
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
