#include "scan/decode/batch.h"

#include <errno.h>
#include <string.h>

#include "scan/stream.h"

static const char separator[] = "\n\n\n";

bool batch_has_room(const struct decode_batch *batch)
{
    return batch->n < BATCH_RUNS && BATCH_TEXT - batch->len >= BATCH_ONE + sizeof(separator);
}

void batch_add(struct decode_batch *batch, size_t len, const struct decode_place *place)
{
    batch->runs[batch->n++] = (struct batch_run){.start = batch->len, .len = len, .place = *place};
    batch->len += len;
    memcpy(batch->text + batch->len, separator, sizeof(separator) - 1);
    batch->len = (batch->len + sizeof(separator) - 1) & ~(size_t)1;
}

static size_t find(const struct decode_batch *batch, size_t at)
{
    size_t low = 0, high = batch->n;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (batch->runs[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

const struct batch_run *batch_find(const struct decode_batch *batch, size_t at)
{
    return &batch->runs[find(batch, at)];
}

static int on_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                  void *context)
{
    struct decode_batch *batch = context;

    (void)id;
    (void)from;
    (void)flags;
    batch->runs[find(batch, to > 0 ? (size_t)to - 1 : 0)].hit = true;
    return 0;
}

int batch_match(struct decode_batch *batch, struct scan_stream *stream)
{
    struct scan_engine *engine = stream->engine;
    int r = 0;

    if (batch->n == 0)
        return 0;
    if (hs_scan(engine->database, (const char *)batch->text, (unsigned)batch->len, 0,
                engine->scratch, on_hit, batch) != HS_SUCCESS)
        return -EIO;
    for (size_t i = 0; r == 0 && i < batch->n; i++) {
        const struct batch_run *run = &batch->runs[i];

        if (!run->hit)
            continue;
        decoded_top(stream)->decode.found++;
        r = decoded_match(stream, &run->place, batch->text + run->start, run->len);
    }
    return r;
}
