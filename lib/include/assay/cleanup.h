/* The one clean-up idiom: a variable marked `_cleanup_(f)` has `f(&variable)` called when it goes
 * out of scope. Ownership is handed over by assigning and then setting the variable to NULL or -1;
 * ASSAY_TAKE does both. */
#ifndef ASSAY_CLEANUP_H
#define ASSAY_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

#define ASSAY_TAKE(pointer)                     \
    __extension__({                             \
        __typeof__(pointer) taken_ = (pointer); \
        (pointer) = NULL;                       \
        taken_;                                 \
    })

static inline int assay_take_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

static inline void assay_freep(void *pointer)
{
    free(*(void **)pointer);
}

static inline void assay_closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#define _cleanup_free_ _cleanup_(assay_freep)
#define _cleanup_close_ _cleanup_(assay_closep)

#endif
