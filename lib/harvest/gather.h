/* What the sources of identities share. */
#ifndef ASSAY_HARVEST_GATHER_H
#define ASSAY_HARVEST_GATHER_H

#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>

struct gather {
    json_t *identities;   /* what is looked for already, and what is added */
    json_t *known;        /* {"kind:value in lower case": true} */
    const char *severity; /* of what is added */
    json_t *own;          /* of those, what this source has: found by others before included */
    char problem[256];    /* why there are not all of them; "" */
};

/* Adds a value, unless it is none of its kind, stands everywhere or is there already. 0 or
 * -ENOMEM. */
int gather_add(struct gather *gather, const char *kind, const char *value);

/* Adds a full name: one of several words as a name, a single one as a user name. 0 or -ENOMEM. */
int gather_add_name(struct gather *gather, const char *name);

/* The sources, by file: host.c and authors.c. */
int harvest_host(struct gather *gather, const char *flake);
int harvest_authors(struct gather *gather, const char *flake);

#endif
