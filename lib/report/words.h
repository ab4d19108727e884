/* What every rendering that a person reads says in the same words. */
#ifndef ASSAY_REPORT_WORDS_H
#define ASSAY_REPORT_WORDS_H

#include <assay/buf.h>
#include <assay/json.h>
#include <stddef.h>

enum words_verdict { WORDS_PASS, WORDS_REJECT, WORDS_INCOMPLETE };

/* The report's verdict; one that is not known counts as incomplete. */
enum words_verdict words_verdict(const json_t *report);
const char *words_verdict_word(enum words_verdict verdict); /* "REJECT" */
const char *words_verdict_says(enum words_verdict verdict); /* "it must not ship as it is" */

/* What holds a place's bytes where no file shows them (see `in` in the schema). */
#define WORDS_HOLDERS 5

/* The row of a finding or place, WORDS_HOLDERS for a file's content. */
size_t words_holder(const json_t *place);

const char *words_holder_name(size_t holder); /* "deleted", the key in a coverage's "in" */
const char *words_holder_held(size_t holder); /* "deleted files" */

/* "in a deleted file"; NULL for WORDS_HOLDERS. */
const char *words_holder_where(size_t holder);

/* How to get rid of what stands there; NULL where there is nothing to tell. */
const char *words_holder_mend(size_t holder);

/* Appends "waived by ops until 2027-01-31: known test key", and that it does not count where it
 * does not; nothing for a finding without a waiver. Foreign text as it is. 0 or a negative errno.
 */
int words_waiver(const json_t *finding, struct assay_buf *ret);

/* The rows of a coverage's "formats", the one with the most bytes first. Returns how many. */
#define WORDS_FORMATS_MAX 64
size_t words_formats(const json_t *coverage, const json_t *ret[WORDS_FORMATS_MAX]);

/* A message for when a rendering failed; returns `r`. */
int words_failed(int r, struct assay_error *err);

#endif
