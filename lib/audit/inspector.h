/* Inspectors: who is shown what the walk finds. One row in the table of inspector.c each. */
#ifndef ASSAY_AUDIT_INSPECTOR_H
#define ASSAY_AUDIT_INSPECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/checks.h"
#include "image/entry.h"
#include "scan/engine.h"

/* What inspectors work with. */
struct inspector_tools {
    struct scan_engine *engine;
    struct checks *checks;
};

struct inspector {
    const char *name;
    /* Every entry. *ret_state, when set, is what bytes() and done() are given for its content, and
     * what done() frees. */
    int (*entry)(const struct inspector_tools *tools, const struct entry *entry, void **ret_state);
    int (*bytes)(void *state, const uint8_t *data, size_t len, uint64_t offset);
    /* The end of the content, or with `dropped` the end of the walk amid it: free the state. */
    int (*done)(void *state, bool dropped);
    /* The end of the walk; may be NULL. */
    int (*finish)(const struct inspector_tools *tools);
};

#define INSPECTORS 3

extern const struct inspector inspectors[INSPECTORS];

#endif
