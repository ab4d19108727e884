/* Whose code it was, from what a sanitizer wrote. */
#ifndef ASSAY_TEST_FORMATS_CULPRIT_H
#define ASSAY_TEST_FORMATS_CULPRIT_H

#include <stdbool.h>
#include <stddef.h>

/* Looks at the log of a process that ended badly. True when the first frame of every stack in it
 * that is not the C library's or the sanitizer's own stands in another's library, which `ret`
 * names with the function; false, with the line that says most, when it is ours or cannot be told.
 */
bool culprit_find(const char *log, char *ret, size_t size);

/* Whether all that it tells of is memory that was not freed. */
bool culprit_is_leak(const char *log);

#endif
