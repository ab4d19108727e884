/* Places at which the tests let assayd die as by SIGKILL, to show that what is taken up afterwards
 * is whole. They exist only in builds with the sanitizers (cmake -DASSAY_SANITIZE=ON, ./dev test):
 * there, the environment variable ASSAY_CRASH_AT names the place. */
#ifndef ASSAY_BUILD_CRASH_H
#define ASSAY_BUILD_CRASH_H

#ifdef ASSAY_SANITIZE
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static inline void crash_point(const char *name)
{
    const char *wanted = getenv("ASSAY_CRASH_AT");

    if (wanted && strcmp(wanted, name) == 0)
        raise(SIGKILL);
}
#else
static inline void crash_point(const char *name)
{
    (void)name;
}
#endif

#endif
