#include <errno.h>
#include <stdlib.h>

#include "image/tsk/walk.h"

/* The slot of `inum`, or the free one where it belongs. Inode numbers begin at 1 here: 0 is stored
 * as the one that cannot be. */
static TSK_INUM_T *dirs_slot(TSK_INUM_T *seen, size_t cap, TSK_INUM_T inum)
{
    size_t at = (size_t)(inum * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (cap - 1); /* Fibonacci */

    while (seen[at] && seen[at] != inum)
        at = (at + 1) & (cap - 1);
    return &seen[at];
}

static int dirs_grow(struct tsk_walk *tsk)
{
    size_t cap = tsk->cap_seen ? tsk->cap_seen * 2 : 64;
    TSK_INUM_T *seen = calloc(cap, sizeof(*seen));

    if (!seen)
        return -ENOMEM;
    for (size_t i = 0; i < tsk->cap_seen; i++)
        if (tsk->seen[i])
            *dirs_slot(seen, cap, tsk->seen[i]) = tsk->seen[i];
    free(tsk->seen);
    tsk->seen = seen;
    tsk->cap_seen = cap;
    return 0;
}

int tsk_dirs_seen(struct tsk_walk *tsk, TSK_INUM_T inum)
{
    TSK_INUM_T key = inum ? inum : UINT64_MAX, *slot;
    int r = tsk->n_seen * 2 < tsk->cap_seen ? 0 : dirs_grow(tsk);

    if (r < 0)
        return r;
    slot = dirs_slot(tsk->seen, tsk->cap_seen, key);
    if (*slot)
        return 1;
    if (tsk->n_seen == TSK_DIRS_MAX)
        return -EFBIG;
    *slot = key;
    tsk->n_seen++;
    return 0;
}
