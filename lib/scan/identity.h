/* Personal and local names that an image must not carry: how each kind is matched and told. */
#ifndef ASSAY_SCAN_IDENTITY_H
#define ASSAY_SCAN_IDENTITY_H

#include <assay/buf.h>
#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "scan/finding.h"
#include "scan/phrase.h"

/* Values shorter than this count in content only within a run of text. */
#define IDENTITY_SHORT 5

struct identity {
    const char *rule, *message, *help; /* the kind's */
    enum severity severity;
    uint8_t value[PHRASE_MAX]; /* folded: what the fingerprint is of, however it was written */
    size_t value_len;
    uint8_t phrase[PHRASE_MAX]; /* what is matched, see scan/phrase.h */
    size_t phrase_len;
    size_t words;
};

/* Ways to write one identity: a name is also matched with its first word last and its last first.
 */
#define IDENTITY_ORDERS 3

/* Makes the identities, one per order, of {kind, value, severity?}. Returns their
 * number; -EINVAL with `err` for a kind that is unknown or a value that is too short (less than 2
 * letters or digits, which stand everywhere) or longer than PHRASE_MAX; -ENOMEM. The value is
 * hidden in the paths of `findings`. */
int identity_make(const json_t *json, struct findings *findings,
                  struct identity ret[IDENTITY_ORDERS], struct assay_error *err);

/* Appends the Hyperscan expression of the first pass, to be compiled with HS_FLAG_CASELESS: the
 * phrase's last word, a literal, which is cheap however many there are; for one so short that it
 * stands in many others, the whole phrase behind a byte that is no ASCII letter or digit. 0 or
 * -ENOMEM. */
int identity_expression(const struct identity *identity, struct assay_buf *ret);

/* Confirms that the identity ends at `end` of `text`: on word boundaries, and, with `content`, a
 * short one within at least 8 more printable bytes, or alone in the entry. */
bool identity_confirm(const struct identity *identity, const uint8_t *text, size_t len, size_t end,
                      bool content, size_t *ret_start);

#endif
