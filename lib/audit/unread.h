/* What was not read is not clean: places that could not be read, as findings and as coverage. */
#ifndef ASSAY_AUDIT_UNREAD_H
#define ASSAY_AUDIT_UNREAD_H

#include <assay/json.h>
#include <stdint.h>

#include "image/image.h"
#include "scan/finding.h"

#define UNREAD_PLACES_MAX 1000 /* places listed in a report; further ones are counted */

struct unread {
    json_t *places; /* array of {where, reason, detail}, where and detail not redacted yet */
    uint64_t more;  /* places that are not listed */
};

/* Adds a finding "unaudited.TOKEN" and a place. 0 or a negative errno. */
int unread_add(struct unread *unread, struct findings *findings, const char *where,
               enum unread_reason reason, const char *detail);

/* The places for coverage.unread, redacted by all that was hidden up to now; NULL when memory ran
 * out. */
json_t *unread_json(const struct unread *unread, const struct findings *findings);

#endif
