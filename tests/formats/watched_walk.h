/* A walk over bytes that nobody vouches for, with every promise to the visitor checked. It happens
 * in a process of its own, which a broken promise ends by WALK_COMPLAINED with the reason on
 * stderr. */
#ifndef ASSAY_TEST_FORMATS_WATCHED_WALK_H
#define ASSAY_TEST_FORMATS_WATCHED_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses of such a process. */
#define WALK_COMPLAINED 3
#define WALK_HUNG 4
#define WALK_SANITIZER 99 /* as ASAN_OPTIONS say */

struct watched {
    bool unread;      /* something was reported */
    uint64_t entries; /* that the visitor was told of */
};

/* Walks the file `fd`, with small budgets. `fail_after` entries the visitor says that it fails; 0:
 * never. Takes at most a few seconds of CPU time, or the process ends by WALK_HUNG. */
struct watched watched_walk(int fd, uint64_t fail_after);

#endif
