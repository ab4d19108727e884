/* The forms that an identity is written in, and what the first pass looks for to find them.
 *
 * A form is a phrase (scan/phrase.h) over bare letters (scan/skeleton.h). The first pass finds a
 * literal that ends at the form's anchor; the form is then compared with what stands before that
 * place and behind it. Thus all forms of a name cost the first pass no more than its surname. */
#ifndef ASSAY_SCAN_FORMS_H
#define ASSAY_SCAN_FORMS_H

#include <assay/buf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum form_flags {
    FORM_RAW = 1,           /* exactly these bytes, on no boundaries */
    FORM_INITIAL_FIRST = 2, /* the first character is an initial, */
    FORM_INITIAL_LAST = 4,  /* or the last: see forms.c */
    FORM_CALLED = 8,        /* a telephone number with a country code in front */
    FORM_HEX = 16,          /* "0x" can stand in front */
    FORM_FIELD = 64,        /* of a match: it begins where a field does (scan/field.h) */
    FORM_ADDRESS = 32,      /* a domain: with the local part and the subdomain in front */
};

struct form {
    uint16_t start, len; /* of the phrase in `pool` */
    uint16_t anchor;     /* bytes of it before the place where the first pass fires */
    uint8_t flags;
};

struct forms {
    struct assay_buf pool;
    struct form *list;
    size_t n;
    size_t before, behind;     /* bytes of text that a form can take on either side of its anchor */
    struct assay_buf literals; /* expressions, "|" in front of each and at the end */
    bool guarded;              /* they stand behind a byte that is no ASCII letter or digit */
};

void forms_start(struct forms *forms);
void forms_clear(struct forms *forms);

/* Adds a form; the same phrase once more is left out. 0, -EINVAL when it is longer than PHRASE_MAX,
 * -ENOMEM. */
int forms_add(struct forms *forms, const uint8_t *phrase, size_t len, size_t anchor,
              unsigned flags);

/* Adds a literal to what the first pass looks for, where a NUL stands for a gap if it is a
 * `phrase`. 0 or -ENOMEM. */
int forms_literal(struct forms *forms, const uint8_t *bytes, size_t len, bool phrase);

/* Appends the expression of the first pass, for HS_FLAG_CASELESS. 0 or -ENOMEM. */
int forms_expression(const struct forms *forms, struct assay_buf *ret);

/* Finds the form that stands in `text` around `at`, where the first pass fired. Returns whether
 * there is one, on boundaries; its bytes are [*ret_start, *ret_end). */
bool forms_match(const struct forms *forms, const uint8_t *text, size_t len, size_t at,
                 size_t *ret_start, size_t *ret_end, unsigned *ret_flags);

#endif
