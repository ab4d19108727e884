#include "source/inflate.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

struct source_inflate {
    struct inflate_state state;
};

int source_inflate_new(struct source_inflate **ret)
{
    *ret = malloc(sizeof(**ret));
    return *ret ? 0 : -ENOMEM;
}

void source_inflate_free(struct source_inflate *inflate)
{
    free(inflate);
}

ssize_t source_inflate_zlib(struct source_inflate *inflate, const uint8_t *in, size_t len,
                            uint8_t *out, size_t cap)
{
    struct inflate_state *state = &inflate->state;

    if (len > UINT32_MAX || cap > UINT32_MAX)
        return -EBADMSG;
    isal_inflate_init(state);
    state->crc_flag = ISAL_ZLIB;
    state->next_in = (uint8_t *)(uintptr_t)in; /* ISA-L only reads it */
    state->avail_in = (uint32_t)len;
    state->next_out = out;
    state->avail_out = (uint32_t)cap;
    if (isal_inflate_stateless(state) != ISAL_DECOMP_OK)
        return -EBADMSG;
    return (ssize_t)(cap - state->avail_out);
}
