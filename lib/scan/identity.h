/* Personal and local names that an image must not carry: how each kind is matched and told. */
#ifndef ASSAY_SCAN_IDENTITY_H
#define ASSAY_SCAN_IDENTITY_H

#include <assay/buf.h>
#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "scan/finding.h"
#include "scan/forms.h"
#include "scan/phrase.h"

/* Values shorter than this count in content only within a run of text. */
#define IDENTITY_SHORT 5

struct identity {
    enum finding_class class;
    const char *rule, *message, *help; /* the kind's */
    enum severity severity;
    uint8_t value[PHRASE_MAX]; /* folded: what the fingerprint is of, however it was written */
    size_t value_len;
    struct forms forms;
};

/* Where an identity stands, and what it is: its value, or the address of a domain. */
struct identity_match {
    size_t start, end;
    uint8_t value[2 * PHRASE_MAX];
    size_t value_len;
};

/* Makes the identity {kind, value, severity?}. 0; -EINVAL with `err` for a kind that is unknown or
 * a value that is none of it or too short (less than 2 letters or digits, which stand everywhere)
 * or longer than PHRASE_MAX; -ENOMEM. The value is hidden in the paths of `findings`. */
int identity_make(const json_t *json, struct findings *findings, struct identity *ret,
                  struct assay_error *err);
/* Whether an identity of that kind can be made of the value. */
bool identity_is(const char *kind, const char *value);

void identity_clear(struct identity *identity);

/* Appends the Hyperscan expression of the first pass, to be compiled with HS_FLAG_CASELESS:
 * literals, which are cheap however many there are; where one is so short that it stands in many
 * others, behind a byte that is no ASCII letter or digit. 0 or -ENOMEM. */
int identity_expression(const struct identity *identity, struct assay_buf *ret);

/* Confirms that the identity stands around `at` of `text`, where the first pass fired: on word
 * boundaries, and, with `content`, a short one within at least 8 more printable bytes that are no
 * base64, or alone in the entry. */
bool identity_confirm(const struct identity *identity, const uint8_t *text, size_t len, size_t at,
                      bool content, struct identity_match *ret);

#endif
