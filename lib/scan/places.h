/* The places of one finding. */
#ifndef ASSAY_SCAN_PLACES_H
#define ASSAY_SCAN_PLACES_H

#include "scan/finding.h"

struct place {
    char *path;
    enum entry_in in;
    int64_t offset, line;
    uint64_t span; /* bytes that were decoded, 0 when not known */
    char *decoded; /* NULL: none */
    bool hidden;   /* another place is the same bytes, with fewer decodings */
};

/* Zero to begin with. The first ones that came are kept; of those in one entry, in the order of
 * their offsets. */
struct places {
    struct place *list;
    size_t n, cap;
    uint64_t count; /* all but hidden ones, those that are not kept too */
    uint64_t last;  /* a hash of the last that is not kept: 0 none */
};

/* Adds the place of a hit, whose path is written `path`, unless it is there already. *ret_used
 * receives the bytes of path that are kept more than before, at most `room`: where these do not
 * do, the place is only counted. 0 or -ENOMEM. */
int places_add(struct places *places, const struct finding_hit *hit, const char *path, size_t room,
               size_t *ret_used);

/* The place number `i` of those that are not hidden; NULL behind the last, and behind
 * FINDING_PLACES_MAX. */
const struct place *places_at(const struct places *places, size_t i);

void places_free(struct places *places);

#endif
