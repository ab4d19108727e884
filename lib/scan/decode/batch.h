/* Short decoded texts, put together so that one call matches many of them. */
#ifndef ASSAY_SCAN_DECODE_BATCH_H
#define ASSAY_SCAN_DECODE_BATCH_H

#include "scan/decode.h"

#define BATCH_TEXT (64u << 10) /* bytes of all texts */
#define BATCH_ONE (8u << 10)   /* of one */
#define BATCH_RUNS 1024

/* Between two texts stand at least two newlines, which no encoded run goes across, and every text
 * begins at an even offset, which UTF-16 is read by. */
struct batch_run {
    size_t start, len;
    struct decode_place place;
    bool hit; /* the first pass found something in it */
};

struct decode_batch {
    uint8_t text[BATCH_TEXT];
    size_t len;
    struct batch_run runs[BATCH_RUNS];
    size_t n;
};

/* True when there is room for one more text of BATCH_ONE bytes, to be written at batch->text +
 * batch->len and then added. */
bool batch_has_room(const struct decode_batch *batch);
void batch_add(struct decode_batch *batch, size_t len, const struct decode_place *place);

/* The run that holds the byte at `at` of the text. */
const struct batch_run *batch_find(const struct decode_batch *batch, size_t at);

/* Matches all texts, which stand in the content of `stream`. 0 or a negative errno. */
int batch_match(struct decode_batch *batch, struct scan_stream *stream);

#endif
