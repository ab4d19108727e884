/* The pack's bytes, and what is spent on them. */
#include <assay/clock.h>
#include <assay/encode.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/git/pack.h"

#define WINDOW ((size_t)128 << 10)
#define WINDOW_BETWEEN ((size_t)16 << 10) /* after the first way through */
#define QUIET (UINT64_C(4) << 20)         /* bytes made between two looks at the clock */
#define OBJECT_COST 512                   /* what an object counts for beside its bytes */

/* Moves the window so that it begins at `offset`. */
static int input_load(struct git_input *input, uint64_t offset, struct assay_error *err)
{
    uint64_t left = input->end - offset;
    size_t len = left < input->ahead ? (size_t)left : input->ahead;
    int r;

    input->len = 0;
    r = blocks_read(input->blocks, input->buffer, len, offset, err);
    if (r < 0)
        return r;
    input->from = offset;
    input->len = len;
    return 0;
}

static int input_next(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                      struct assay_error *err)
{
    struct git_input *input = (struct git_input *)stream;
    int r = 0;

    if (input->at >= input->end)
        return 0;
    if (input->at < input->from || input->at >= input->from + input->len)
        r = input_load(input, input->at, err);
    if (r < 0)
        return r;
    *ret = input->buffer + (input->at - input->from);
    *ret_len = (size_t)(input->from + input->len - input->at);
    input->at += *ret_len;
    return 1;
}

int git_input_open(struct git_pack *pack)
{
    struct git_input *input = &pack->input;

    *input =
        (struct git_input){.stream = {.next = input_next}, .blocks = pack->blocks, .ahead = WINDOW};
    input->buffer = malloc(WINDOW);
    pack->scratch = malloc(GIT_SCRATCH);
    if (!input->buffer || !pack->scratch)
        return -ENOMEM;
    return filler_zlib_new(&input->stream, NULL, &pack->inflate);
}

void git_input_scatter(struct git_pack *pack)
{
    pack->input.ahead = WINDOW_BETWEEN;
}

void git_input_close(struct git_pack *pack)
{
    filler_close(pack->inflate);
    free(pack->input.buffer);
    free(pack->scratch);
}

int git_input_peek(struct git_pack *pack, uint64_t offset, size_t max, const uint8_t **ret,
                   size_t *ret_len, struct assay_error *err)
{
    struct git_input *input = &pack->input;
    uint64_t left = offset < input->end ? input->end - offset : 0;
    int r = 0;

    max = max < left ? max : (size_t)left;
    if (max && (offset < input->from || offset + max > input->from + input->len))
        r = input_load(input, offset, err);
    if (r < 0)
        return r;
    *ret = input->buffer + (max ? offset - input->from : 0);
    *ret_len = max;
    return 0;
}

void git_input_inflate(struct git_pack *pack, uint64_t offset)
{
    pack->input.at = offset;
    filler_zlib_again(pack->inflate);
}

int git_pack_spend(struct git_pack *pack, uint64_t bytes)
{
    struct image_walk *walk = pack->walk;
    uint64_t all = atomic_fetch_add(&walk->expanded, bytes) + bytes;

    pack->quiet += bytes + OBJECT_COST;
    if (!pack->full && all > walk->budget->expanded) {
        pack->full = true;
        image_walk_unread(walk, NULL, UNREAD_BUDGET, "more than %llu bytes after decompression",
                          (unsigned long long)walk->budget->expanded);
    }
    if (pack->quiet < QUIET)
        return walk->failed;
    pack->quiet = 0;
    if (assay_clock_ms() > walk->deadline)
        return image_walk_stop(walk, NULL, "the time for the audit is used up");
    return walk->failed;
}

void git_pack_report(struct git_pack *pack, uint32_t index, enum unread_reason reason,
                     const char *text)
{
    if (pack->reports++ < GIT_REPORTS_MAX)
        image_walk_unread(pack->walk, NULL, reason, "the object at byte %llu: %s",
                          (unsigned long long)pack->objects[index].offset, text);
}
