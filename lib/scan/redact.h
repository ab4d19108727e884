/* Strings that must not appear in what Assay writes, and taking them out of paths. */
#ifndef ASSAY_SCAN_REDACT_H
#define ASSAY_SCAN_REDACT_H

#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDACT_MARK "\xe2\x80\xb9redacted\xe2\x80\xba" /* ‹redacted› */
#define REDACT_LEN_MAX 4096          /* bytes; a longer string is hidden in pieces */
#define REDACT_TOTAL_MAX (32u << 20) /* bytes of all strings kept */

struct redact;

struct redact *redact_new(void);

/* Wipes and frees; NULL is fine. */
struct redact *redact_free(struct redact *redact);

/* Adds a string: with `words` only where it stands between word boundaries. Strings of less than 4
 * bytes always need boundaries, lest every path is torn up. What holds a NUL cannot be part of a
 * path and is left out. Past REDACT_TOTAL_MAX nothing more is kept, and from then on every path is
 * hidden whole. 0 or -ENOMEM. */
int redact_add(struct redact *redact, const uint8_t *bytes, size_t len, bool words);

/* Adds a phrase (scan/phrase.h). 0 or -ENOMEM. */
int redact_add_phrase(struct redact *redact, const uint8_t *phrase, size_t len);

/* `text` with every hidden string, however cased, replaced by REDACT_MARK, as a JSON string. NULL
 * when memory ran out. */
json_t *redact_text(const struct redact *redact, const char *text);

#endif
