/* A file that is damaged on purpose, again and again, each time from its whole state. */
#ifndef ASSAY_TEST_FORMATS_MUTANT_H
#define ASSAY_TEST_FORMATS_MUTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUTANT_SPANS 64

struct mutant_span {
    size_t start, end;
};

struct mutant {
    int fd;                  /* of a file in memory: what is walked */
    const uint8_t *original; /* mapped */
    size_t size;             /* of the original */
    size_t length;           /* of the file as it is now */
    uint32_t *sectors;       /* those of 512 bytes that hold more than zeros */
    size_t n_sectors;
    struct mutant_span spans[MUTANT_SPANS]; /* what differs from the original */
    size_t n_spans;
    uint64_t random;
};

/* Takes the file at `path`; ends the program where that cannot be had. */
void mutant_open(struct mutant *mutant, const char *path);
void mutant_close(struct mutant *mutant);

/* The file as it was, holes included. */
void mutant_restore(struct mutant *mutant);
/* The same, whoever changed it. */
void mutant_rewrite(struct mutant *mutant);

/* Damages the restored file in the way that `seed` stands for. True when all that was done is a
 * cut, which took more than zeros away. */
bool mutant_make(struct mutant *mutant, uint64_t seed);

/* The next number of a sequence that `state` stands for. */
uint64_t mutant_random(uint64_t *state);

#endif
