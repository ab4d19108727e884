/* The kinds of identities: in which forms each is written. */
#ifndef ASSAY_SCAN_KINDS_H
#define ASSAY_SCAN_KINDS_H

#include <stdbool.h>

#include "scan/finding.h"
#include "scan/forms.h"

struct identity_kind {
    const char *name, *rule, *message;
    /* Adds the forms of `value` and what finds them. -EINVAL: it is none of the kind. */
    int (*make)(const char *value, struct forms *forms);
    const char *wanted; /* what a value must be */
    bool spaced;        /* with any separator between its words */
    bool internal;      /* made of other keys of the policy, cannot be named there */
};

/* The kind of that name, or NULL. */
const struct identity_kind *identity_kind_find(const char *name);

/* The kinds, NULL behind the last. */
const struct identity_kind *identity_kind_at(size_t i);

/* kinds_name.c: words in one order and the others, with initials, with and without signs. */
int kinds_name(const char *value, struct forms *forms);

/* kinds_word.c: one word as it stands. */
int kinds_word(const char *value, struct forms *forms);
int kinds_hostname(const char *value, struct forms *forms); /* with and without its domain */
int kinds_employee(const char *value, struct forms *forms); /* with separators or without */
int kinds_address(const char *value, struct forms *forms);  /* any address of a domain */

/* kinds_number.c */
int kinds_phone(const char *value, struct forms *forms); /* with country code or without */
int kinds_hex(const char *value, struct forms *forms);   /* MAC addresses, machine ids */
int kinds_key(const char *value, struct forms *forms);   /* and the long key id */
int kinds_sid(const char *value, struct forms *forms);   /* and as it stands in descriptors */

#endif
