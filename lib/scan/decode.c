#include "scan/decode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/decode/batch.h"
#include "scan/decode/encoding.h"
#include "scan/decode/long.h"
#include "scan/stream.h"

/* A run that ends so many bytes behind the place that told it, or before, is short. All of it is in
 * memory then, whatever window the place is in. */
#define SHORT (SCAN_REACH - ENCODING_AHEAD - 128)

static const struct encoding *const encodings[DECODE_ENCODINGS] = {
    &encoding_utf16le, &encoding_utf16be, &encoding_base64,
    &encoding_hex,     &encoding_percent, &encoding_escape,
};

static const char *const packs[] = {"gzip", "zlib"};

/* A piece of content, or the texts of a batch, whose runs are looked for. */
struct decoder {
    struct scan_stream *stream;
    struct decode *state;
    struct window *window;             /* NULL for texts of a batch */
    const struct decode_batch *source; /* that batch, or NULL */
    struct encoding_piece piece;
    size_t low, high; /* bytes [low, high) of the piece may tell a run */
};

/* --- chains ------------------------------------------------------------------------------- */

uint32_t decode_chain_add(uint32_t chain, unsigned decoding)
{
    unsigned n = 0;

    while (n < 28 && chain >> n)
        n += 4;
    return chain | (uint32_t)(decoding + 1) << n;
}

const char *decode_name(uint32_t chain, char ret[DECODE_NAME_MAX])
{
    size_t len = 0;

    ret[0] = 0;
    for (; chain && len < DECODE_NAME_MAX; chain >>= 4) {
        unsigned i = (chain & 15) - 1;

        len += (size_t)snprintf(
            ret + len, DECODE_NAME_MAX - len, "%s%s", len ? " \xe2\x96\xb8 " : "",
            i < DECODE_ENCODINGS ? encodings[i]->name : packs[i - DECODE_ENCODINGS]);
    }
    return ret;
}

bool decode_is_sparse(uint32_t chain)
{
    unsigned i = (chain & 15) - 1;

    return chain && i < DECODE_ENCODINGS && encodings[i]->sparse;
}

size_t decode_text(uint32_t chain, const uint8_t *text, size_t len, uint8_t *ret)
{
    const struct encoding_piece piece = {.data = text, .len = len, .last = true};
    struct encoding_run run = {0};

    return encodings[(chain & 15) - 1]->step(&run, &piece, len, ret, len + 4);
}

/* --- runs --------------------------------------------------------------------------------- */

static int flush(struct decoder *decoder);

/* The place of a run of encoding number `i` that begins at `at` of the piece. */
static struct decode_place place_of(const struct decoder *decoder, unsigned i, size_t at)
{
    struct decode_place place = {0};

    if (decoder->source) {
        place = batch_find(decoder->source, at)->place;
    } else if (decoder->stream->top) {
        place = decoder->stream->place;
    } else {
        place.start = decoder->piece.offset + at;
        place.line = confirm_line(decoder->window, at);
    }
    place.chain = decode_chain_add(place.chain, i);
    return place;
}

/* Notes where a run that is in memory ends: the run of the content itself, that is. */
static void set_end(const struct decoder *decoder, struct decode_place *place, size_t end)
{
    if (!decoder->source && !decoder->stream->top)
        place->end = decoder->piece.offset + end;
}

static struct decode_batch **batch_of(const struct decoder *decoder)
{
    return &decoder->stream->engine->batches[decoder->state->level];
}

/* Where the next short text is to be written; NULL when memory ran out. */
static int make_room(struct decoder *decoder, uint8_t **ret)
{
    struct decode_batch **batch = batch_of(decoder);
    int r = 0;

    if (!*batch) {
        *batch = malloc(sizeof(**batch));
        if (!*batch)
            return -ENOMEM;
        (*batch)->len = (*batch)->n = 0;
    }
    if (!batch_has_room(*batch))
        r = flush(decoder);
    *ret = (*batch)->text + (*batch)->len;
    return r;
}

/* Decodes on a long run as far as the piece goes. */
static int go_on(struct decoder *decoder, unsigned i)
{
    struct decode_long *run = decoder->state->open[i];
    uint8_t out[BATCH_ONE];
    int r = 0;

    while (r == 0 && !run->run.ended) {
        size_t before = run->run.at, n;

        n = encodings[i]->step(&run->run, &decoder->piece, decoder->piece.len, out, sizeof(out));
        r = long_feed(run, out, n, encodings[i]->packs);
        if (n == 0 && run->run.at == before)
            break;
    }
    explicit_bzero(out, sizeof(out));
    run->next = decoder->piece.offset + run->run.at;
    if (r == 0 && !run->run.ended && !decoder->piece.last)
        return 0;
    decoder->state->open[i] = NULL;
    decoder->state->done[i] = run->next;
    if (r == 0)
        return long_close(run);
    long_drop(run);
    return r;
}

static int begin_long(struct decoder *decoder, unsigned i, const struct encoding_run *run,
                      const struct decode_place *place, const uint8_t *text, size_t len)
{
    struct decode_long *new = long_new(decoder->stream, decoder->state->level + 1, place);
    int r;

    if (!new)
        return -ENOMEM;
    new->run = *run;
    decoder->state->open[i] = new;
    decoder->state->done[i] = UINT64_MAX;
    r = long_feed(new, text, len, encodings[i]->packs);
    return r < 0 ? r : go_on(decoder, i);
}

/* A run may begin or end with something else that looks alike; so its plain text is matched alone
 * as well. */
static int take_text(struct decoder *decoder, unsigned i, struct encoding_run run,
                     const struct decode_place *place, size_t stop)
{
    uint8_t *out = NULL;
    size_t n;
    int r = make_room(decoder, &out);

    if (r < 0)
        return r;
    run.at = run.text;
    run.strict = true;
    n = encodings[i]->step(&run, &decoder->piece, stop, out, BATCH_ONE);
    batch_add(*batch_of(decoder), n, place);
    return 0;
}

/* Takes the run of encoding number `i` that was told at `told`. */
static int take(struct decoder *decoder, unsigned i, size_t told, struct encoding_run *run)
{
    const struct encoding_run first = *run;
    struct decode_place place = place_of(decoder, i, run->text);
    uint8_t *out = NULL;
    size_t stop = told + SHORT, n;
    int r = make_room(decoder, &out);

    if (r < 0)
        return r;
    n = encodings[i]->step(run, &decoder->piece, stop, out, BATCH_ONE);
    if (run->ended)
        set_end(decoder, &place, run->at);
    if (run->ended && !(encodings[i]->packs && long_is_packed(out, n))) {
        batch_add(*batch_of(decoder), n, &place);
        decoder->state->done[i] = decoder->piece.offset + run->at;
    } else {
        r = begin_long(decoder, i, run, &place, out, n);
    }
    if (r == 0 && (first.text != first.at || run->doubtful))
        r = take_text(decoder, i, first, &place, stop);
    return r;
}

/* --- finding them ------------------------------------------------------------------------- */

/* Tries encoding number `i` at the places of a block at `at` that `mask` names. */
static int visit(struct decoder *decoder, unsigned i, uint64_t mask, size_t at)
{
    int r = 0;

    for (; r == 0 && mask; mask &= mask - 1) {
        size_t told = at + (unsigned)__builtin_ctzll(mask);
        struct encoding_run run = {0};

        if (decoder->piece.offset + told >= decoder->state->done[i] &&
            encodings[i]->begin(&decoder->piece, told, &run))
            r = take(decoder, i, told, &run);
    }
    return r;
}

/* Of a mask of base64's alphabets, where sixteen bytes of them begin. */
static uint64_t runs_of(const uint64_t base64[2])
{
    uint64_t run[2] = {base64[0], base64[1]};

    for (unsigned n = 1; n < 16; n *= 2)
        classify_follow(run, n);
    return run[0];
}

/* Asks the encodings of a sign about the block at `at`. */
static int examine(struct decoder *decoder, enum encoding_sign sign,
                   const struct encoding_block *block, size_t at)
{
    uint64_t own =
        decoder->high - at >= CLASSIFY_BLOCK ? UINT64_MAX : (1ull << (decoder->high - at)) - 1;
    int r = 0;

    for (unsigned i = 0; r == 0 && i < DECODE_ENCODINGS; i++)
        if (encodings[i]->sign == sign)
            r = visit(decoder, i, encodings[i]->tell(block) & own, at);
    return r;
}

/* Looks for runs told in the group of `n` blocks at `at`, whose bytes, and those of one more block,
 * are at `bytes`. */
static int look_at_group(struct decoder *decoder, const uint8_t *bytes, size_t n, size_t at)
{
    struct classify_group group;
    uint64_t signs;
    int r = 0;

    classify_group(bytes, n, &group);
    signs = group.runs | group.alternating | group.escapes;
    for (; r == 0 && signs; signs &= signs - 1) {
        unsigned i = (unsigned)__builtin_ctzll(signs);
        uint64_t bit = signs & -signs;
        size_t here = at + i * CLASSIFY_BLOCK;
        struct encoding_block block = {.data = bytes + i * CLASSIFY_BLOCK,
                                       .zero = {group.zero[i], group.zero[i + 1]},
                                       .escape = group.escape[i]};

        if (group.escapes & bit)
            r = examine(decoder, SIGN_ESCAPE, &block, here);
        if (r == 0 && group.alternating & bit)
            r = examine(decoder, SIGN_ALTERNATING, &block, here);
        if (r == 0 && group.runs & bit && (block.run = runs_of(group.base64 + i))) {
            bool before = here > 0 && classify_base64_values[decoder->piece.data[here - 1]] >= 0;

            block.start = block.run & ~(group.base64[i] << 1 | before);
            r = examine(decoder, SIGN_RUN, &block, here);
        }
    }
    return r;
}

static int look(struct decoder *decoder)
{
    const struct encoding_piece *piece = &decoder->piece;
    int r = 0;

    for (size_t at = decoder->low, n; r == 0 && at < decoder->high; at += n * CLASSIFY_BLOCK) {
        uint8_t tail[3 * CLASSIFY_BLOCK];
        const uint8_t *bytes = piece->data + at;
        size_t left = piece->len - at;

        n = (decoder->high - at + CLASSIFY_BLOCK - 1) / CLASSIFY_BLOCK;
        n = n < CLASSIFY_GROUP ? n : CLASSIFY_GROUP;
        if (left < 2 * CLASSIFY_BLOCK) {
            memset(tail, 0, sizeof(tail));
            memcpy(tail, bytes, left);
            bytes = tail;
            n = n < 2 ? n : 2;
        } else if (left / CLASSIFY_BLOCK <= n) {
            n = left / CLASSIFY_BLOCK - 1;
        }
        r = look_at_group(decoder, bytes, n, at);
    }
    return r;
}

/* Content that is one run from its beginning. */
static int look_at_beginning(struct decoder *decoder)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < DECODE_ENCODINGS; i++) {
        struct encoding_run run = {0};

        if (encodings[i]->whole && encodings[i]->whole(&decoder->piece, &run))
            r = take(decoder, i, run.at, &run);
    }
    return r;
}

static int decode(struct decoder *decoder)
{
    struct decode *state = decoder->state;
    int r = 0;

    for (unsigned i = 0; r == 0 && i < DECODE_ENCODINGS; i++) {
        if (!state->open[i])
            continue;
        state->open[i]->run.at = (size_t)(state->open[i]->next - decoder->piece.offset);
        r = go_on(decoder, i);
    }
    if (r == 0 && state->level == 0 && decoder->piece.offset == 0 && decoder->low == 0)
        r = look_at_beginning(decoder);
    if (r == 0)
        r = look(decoder);
    return r == 0 ? flush(decoder) : r;
}

/* Matches the short texts, and looks for runs in them. */
static int flush(struct decoder *decoder)
{
    struct decode_batch *batch = *batch_of(decoder);
    struct decode state = {.level = decoder->state->level + 1};
    struct decoder inner = {.stream = decoder->stream, .state = &state, .source = batch};
    int r;

    if (!batch || batch->n == 0)
        return 0;
    r = batch_match(batch, decoder->stream);
    if (r == 0 && state.level < DECODE_LEVELS) {
        inner.piece = (struct encoding_piece){.data = batch->text, .len = batch->len, .last = true};
        inner.high = batch->len;
        r = decode(&inner);
        decode_begin(&state);
    }
    batch->len = batch->n = 0;
    return r;
}

/* --- the interface ------------------------------------------------------------------------ */

void decode_batch_free(struct decode_batch *batch)
{
    if (batch)
        explicit_bzero(batch, sizeof(*batch));
    free(batch);
}

void decode_begin(struct decode *state)
{
    for (unsigned i = 0; i < DECODE_ENCODINGS; i++) {
        long_drop(state->open[i]);
        state->open[i] = NULL;
        state->done[i] = 0;
    }
}

int decode_window(struct window *window, bool last)
{
    struct scan_stream *stream = window->stream;
    struct decoder decoder = {
        .stream = stream,
        .state = &stream->decode,
        .window = window,
        .piece = {.data = window->data, .len = window->len, .offset = window->offset, .last = last},
        .low = (size_t)(window->low - window->offset),
        .high = (size_t)(window->high - window->offset)};

    return stream->decode.level < DECODE_LEVELS ? decode(&decoder) : 0;
}

bool decode_idle(const struct decode *state, uint64_t offset)
{
    for (unsigned i = 0; i < DECODE_ENCODINGS; i++)
        if (state->open[i] || state->done[i] > offset)
            return false;
    return true;
}

uint64_t decode_found(const struct decode *state)
{
    return state->found;
}
