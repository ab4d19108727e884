/* Inside of the matcher: what engine.c, stream.c, names.c, confirm.c and settle.c share.
 *
 * The first pass runs over windows: pieces of an entry's content in memory. Every hit, known by
 * the absolute offset where it ends, belongs to exactly one window: a window takes those in
 * (low, high], and windows follow one another without gap or overlap. Each lies so that the bytes
 * SCAN_REACH to either side of every hit it takes are in memory, unless the content ends there.
 * So a hit is confirmed on the same bytes however the content is cut into pieces.
 *
 * Windows end at multiples of STREAM_WINDOW in the entry, and where a stretch of content ends: the
 * same content has the same windows wherever it stands, and one that was seen before and held
 * nothing (scan/seen.h) is not looked at again. */
#ifndef ASSAY_SCAN_STREAM_H
#define ASSAY_SCAN_STREAM_H

#include <hs.h>

#include "scan/decode.h"
#include "scan/engine.h"
#include "scan/identity.h"
#include "scan/rule.h"
#include "scan/seen.h"

/* A window that lies whole in one piece is scanned there; others are collected in a buffer. */
#define STREAM_WINDOW (256u << 10)
#define STREAM_BUFFER (STREAM_WINDOW + 2 * SCAN_REACH)

/* Of one rule in one entry: places confirmed, and tries to confirm (so many, and one more for every
 * STREAM_TRY_BYTES of content). What lies beyond is reported as unaudited. */
#define STREAM_FOUND_MAX 1000
#define STREAM_TRIES 65536
#define STREAM_TRY_BYTES 256

/* What is known of one rule or identity in the current entry; void when `turn` is not the
 * stream's. */
struct slot {
    uint64_t turn;
    uint64_t done; /* hits that end here or before are dealt with */
    uint64_t tries;
    uint32_t found;
    int8_t path; /* whether the entry's path is one the rule is for: 0 not looked at, 1, -1 */
    bool gave_up;
};

/* A confirmed match that waits until all that could overlap it is known. */
struct match {
    const struct rule *rule;
    struct decode_place at; /* of the secret; of a decoded one the run that it stands in */
    uint64_t reach; /* the match's end: everything that touches it is known SCAN_REACH later */
    uint8_t *secret;
    size_t secret_len;
    bool told; /* reported or dropped; kept to compare others with */
};

struct scan_stream {
    struct scan_engine *engine;
    struct scan_stream *next; /* in the engine's list of spare ones */
    const char *container, *path;
    struct assay_buf container_text, path_text;
    struct slot *slots; /* one per rule, then one per identity */
    uint64_t turn;
    enum entry_in in;
    bool names; /* scanning names instead of content: no offsets, no lines */

    uint8_t *buffer; /* STREAM_BUFFER bytes: what was collected of the next window */
    size_t len;
    uint64_t offset;   /* of buffer[0] in the entry: where the next window's memory begins */
    uint64_t origin;   /* where this stretch of content began */
    uint64_t accepted; /* hits up to here are dealt with */
    uint64_t lines;    /* newlines in the entry before buffer[0] */
    uint64_t marks;    /* see stream_mark() */
    bool looked, binary;
    struct decode decode;

    struct scan_stream *top;   /* of decoded text: the stream of the entry it was found in */
    struct decode_place place; /* and where in it */
    const uint8_t *name;       /* of names: the one at hand */
    size_t name_len;

    struct match *matches;
    size_t n_matches, cap_matches;
};

struct window {
    struct scan_stream *stream;
    const uint8_t *data;
    size_t len;
    uint64_t offset;    /* of data[0] in the entry */
    uint64_t low, high; /* hits with low < end <= high are taken */
    uint64_t lines;     /* newlines in the entry before data[counted] */
    size_t counted;
    int error;
};

struct scan_engine {
    json_t *json; /* the rules, whose strings are in use */
    struct rule *rules;
    size_t n_rules;
    struct identity *identities;
    size_t n_identities;
    struct findings *findings;
    struct seen *seen;       /* NULL: every window is matched */
    hs_database_t *database; /* NULL when there is nothing to look for */
    hs_scratch_t *scratch;
    pcre2_match_data *match;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    uint64_t *callbacks; /* one per rule, then one per identity */
    struct scan_stream *spare;
    struct scan_stream *names;
    struct scan_stream *decoded; /* for short decoded texts */
    struct decode_batch *batches[DECODE_LEVELS];
};

/* engine.c: a stream for the engine, from its list of spare ones where there is one. NULL when
 * memory ran out. */
struct scan_stream *stream_new(struct scan_engine *engine);
void stream_free(struct scan_stream *stream);

/* stream.c: runs the first pass over a window and settles what it found. `last` when the content
 * ends with the window. 0 or a negative errno. */
int stream_window(struct window *window, bool last);

/* stream.c: notes that what was just met in the entry of `stream` is, or on another path or behind
 * other content may be, more than nothing: the window that it stands in is not clean. */
void stream_mark(struct scan_stream *stream);

/* stream.c: begins a stretch of content at `offset` of the entry. */
void stream_begin(struct scan_stream *stream, uint64_t offset);

/* decoded.c: the entry's stream, which is another one for decoded text. */
struct scan_stream *decoded_top(struct scan_stream *stream);

/* decoded.c: matches `len` bytes that were decoded from a run at `place` in the entry of `stream`.
 * 0 or a negative errno. */
int decoded_match(struct scan_stream *stream, const struct decode_place *place, const uint8_t *text,
                  size_t len);

/* decoded.c: a stream for what is decoded from a run at `place` in the entry of `stream`, `level`
 * encodings deep; fed by decoded_append(), ended by scan_stream_close(). 0 or a negative errno. */
int decoded_open(struct scan_stream *stream, const struct decode_place *place, unsigned level,
                 struct scan_stream **ret);
int decoded_append(struct scan_stream *child, const uint8_t *data, size_t len);

/* decoded.c: fills in where in the entry of `stream` (not a decoded text's) something was found;
 * `name` is lent to the hit. In names, what was encoded is hidden from now on. 0 or -ENOMEM. */
int decoded_hit(struct scan_stream *stream, const struct decode_place *place,
                struct finding_hit *hit, char name[DECODE_NAME_MAX]);

/* confirm.c: reports that not all of the entry was searched. 0 or a negative errno. */
int confirm_unaudited(struct scan_stream *stream, const char *rule, const char *message);

/* confirm.c: line of the byte at `at` of the window, from 1; 0 when lines mean nothing. */
int64_t confirm_line(struct window *window, size_t at);

/* stream.c: number of newlines. */
uint64_t stream_count_lines(const uint8_t *data, size_t len);

/* confirm.c: takes a hit of the first pass that ends at `end`. Marks the stream unless the hit is
 * none, whatever the entry's path and what stands before the window are. 0 or a negative errno. */
int confirm_hit(struct window *window, size_t index, uint64_t end);

/* settle.c: keeps a match; the secret's bytes are copied. 0 or -ENOMEM. */
int settle_add(struct scan_stream *stream, const struct match *match, const uint8_t *secret);

/* settle.c: reports what can no longer be overlapped by anything that is not known: matches that
 * end SCAN_REACH before `accepted`, or all when the content is at its end. */
int settle(struct scan_stream *stream, bool last);

#endif
