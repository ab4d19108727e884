#include "scan/decode/long.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

#include "scan/stream.h"

#define UNPACKED (64u << 10) /* bytes made at a time */
#define SURELY_PACKED 1024   /* bytes that no text makes by chance, decoded after gzip's header */

struct long_pack {
    struct inflate_state state;
    uint64_t in, out;
    bool gzip, ended;
    uint8_t data[UNPACKED];
};

static bool is_gzip(const uint8_t *data, size_t len)
{
    return len >= 10 && data[0] == 0x1f && data[1] == 0x8b && data[2] == 8 && data[3] < 0x20;
}

bool long_is_packed(const uint8_t *data, size_t len)
{
    return is_gzip(data, len) ||
           (len >= 8 && data[0] == 0x78 && (data[0] << 8 | data[1]) % 31 == 0 && !(data[1] & 0x20));
}

struct decode_long *long_new(struct scan_stream *parent, unsigned level,
                             const struct decode_place *place)
{
    struct decode_long *run = calloc(1, sizeof(*run));

    if (!run)
        return NULL;
    run->parent = parent;
    run->level = level;
    run->place = *place;
    return run;
}

static int begin(struct decode_long *run, const uint8_t *data, size_t len, bool packs)
{
    if (packs && long_is_packed(data, len)) {
        run->pack = malloc(sizeof(*run->pack));
        if (!run->pack)
            return -ENOMEM;
        isal_inflate_init(&run->pack->state);
        run->pack->gzip = is_gzip(data, len);
        run->pack->state.crc_flag = run->pack->gzip ? ISAL_GZIP : ISAL_ZLIB;
        run->pack->in = run->pack->out = 0;
        run->pack->ended = false;
        run->place.chain =
            decode_chain_add(run->place.chain, run->pack->gzip ? DECODE_GZIP : DECODE_ZLIB);
    }
    return decoded_open(run->parent, &run->place, run->level, &run->child);
}

static int over_budget(struct decode_long *run)
{
    run->dropped = true;
    return confirm_unaudited(
        run->parent, "unaudited.decoded",
        "Compressed data that stands encoded in this entry expands to more than "
        "200 times its size; the rest of it was not read.");
}

/* What comes next of the unpacked bytes goes to the child. -EBADMSG for damaged data. */
static int unpack_some(struct decode_long *run)
{
    struct long_pack *pack = run->pack;
    size_t made;
    int code, r = 0;

    pack->state.next_out = pack->data;
    pack->state.avail_out = UNPACKED;
    code = isal_inflate(&pack->state);
    made = UNPACKED - pack->state.avail_out;
    if (made > 0)
        r = scan_stream_feed(run->child, pack->data, made, pack->out);
    pack->out += made;
    if (r < 0)
        return r;
    if (code < 0 || code == ISAL_NEED_DICT)
        return -EBADMSG;
    if (pack->state.block_state == ISAL_BLOCK_FINISH)
        pack->ended = true;
    if (pack->out > DECODE_PACKED_MAX && pack->out / DECODE_PACKED_RATIO > pack->in)
        return over_budget(run);
    return 0;
}

/* Data that proves damaged before it gave anything was not compressed: it is matched as it is. */
static int unpack(struct decode_long *run, const uint8_t *data, size_t len)
{
    struct long_pack *pack = run->pack;
    int r = 0;

    pack->in += len;
    pack->state.next_in = (uint8_t *)(uintptr_t)data; /* ISA-L only reads it */
    pack->state.avail_in = (uint32_t)len;
    do
        r = unpack_some(run);
    while (r == 0 && !pack->ended && !run->dropped &&
           (pack->state.avail_in > 0 || pack->state.avail_out == 0));
    if (r != -EBADMSG)
        return r;
    pack->ended = true;
    if (pack->gzip && pack->out >= SURELY_PACKED)
        return confirm_unaudited(run->parent, "unaudited.decoded",
                                 "Compressed data that stands encoded in this entry is damaged; "
                                 "what comes behind the damage was not read.");
    if (pack->out > 0 || pack->in != len)
        return 0;
    free(run->pack);
    run->pack = NULL;
    return scan_stream_feed(run->child, data, len, 0);
}

int long_feed(struct decode_long *run, const uint8_t *data, size_t len, bool packs)
{
    int r = 0;

    if (len == 0 || run->dropped)
        return 0;
    if (!run->child)
        r = begin(run, data, len, packs);
    if (r < 0)
        return r;
    if (run->pack)
        return run->pack->ended ? 0 : unpack(run, data, len);
    return decoded_append(run->child, data, len);
}

int long_close(struct decode_long *run)
{
    int r;

    if (!run)
        return 0;
    r = scan_stream_close(run->child);
    run->child = NULL;
    long_drop(run);
    return r;
}

void long_drop(struct decode_long *run)
{
    if (!run)
        return;
    stream_free(run->child);
    if (run->pack)
        explicit_bzero(run->pack, sizeof(*run->pack));
    free(run->pack);
    free(run);
}
