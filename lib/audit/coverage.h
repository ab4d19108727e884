/* What was read: the `coverage` of a report. */
#ifndef ASSAY_AUDIT_COVERAGE_H
#define ASSAY_AUDIT_COVERAGE_H

#include <assay/json.h>
#include <stdint.h>

#include "audit/unread.h"

#define COVERAGE_HOLDERS (ENTRY_IN_RAW + 1)
#define COVERAGE_RAW_MAX 200 /* places listed; further ones are counted */

struct coverage {
    struct {
        uint64_t entries, bytes;
    } in[COVERAGE_HOLDERS]; /* by what holds them, as enum entry_in */
    json_t *raw;            /* array of {where, format, bytes}, where not redacted yet */
    uint64_t raw_more;
    struct unread unread;
};

/* 0 or -ENOMEM. */
int coverage_init(struct coverage *coverage);
void coverage_free(struct coverage *coverage);

/* Notes a place of which only the raw bytes were scanned. 0 or -ENOMEM. */
int coverage_raw(struct coverage *coverage, const char *where, const char *format, uint64_t bytes);

/* The report's member, redacted by all that was hidden up to now; NULL when memory ran out. */
json_t *coverage_json(const struct coverage *coverage, const struct image_result *result,
                      const struct findings *findings);

/* That of an artifact of which nothing is known to have been read, for the reason `what`. */
json_t *coverage_none(const char *what);

#endif
