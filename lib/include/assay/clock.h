/* Time. */
#ifndef ASSAY_CLOCK_H
#define ASSAY_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock, for deadlines and durations. Never 0. */
uint64_t assay_clock_ms(void);

/* Seconds since 1970-01-01 UTC. */
int64_t assay_clock_unix(void);

#define ASSAY_CLOCK_ISO 21 /* "2026-11-21T03:00:00Z" and the NUL */

/* Writes `unix_seconds` as RFC 3339 in UTC, whole seconds. */
void assay_clock_iso(int64_t unix_seconds, char ret[ASSAY_CLOCK_ISO]);

#endif
