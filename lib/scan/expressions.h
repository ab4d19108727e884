/* The expressions of the first pass: one per rule, then one per identity, as hs_compile_multi()
 * takes them. */
#ifndef ASSAY_SCAN_EXPRESSIONS_H
#define ASSAY_SCAN_EXPRESSIONS_H

#include <stddef.h>

struct scan_engine;

struct expressions {
    size_t n, n_rules;
    const char **texts; /* the rules' are borrowed */
    unsigned *flags, *ids;
};

/* 0 or -ENOMEM; `all` is {0} before, and cleared by the caller in any case. */
int expressions_make(const struct scan_engine *engine, struct expressions *all);
void expressions_clear(struct expressions *all);

#endif
