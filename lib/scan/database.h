/* The expressions of the first pass as one Vectorscan database, compiled or kept from earlier.
 *
 * Compiling takes some tenths of a second, so the database is kept, under a name made of everything
 * that it depends on: the expressions, their flags and ids, the library's version and the
 * processor's features. hs_deserialize_database() trusts its input: see scan/kept.h for how that is
 * earned. */
#ifndef ASSAY_SCAN_DATABASE_H
#define ASSAY_SCAN_DATABASE_H

#include <assay/error.h>

#include "scan/store.h"

struct scan_engine;

/* Makes engine->database of the engine's rules and identities, if there are any. `store` may be
 * NULL. Expressions are checked only when they are compiled: errors name the rule. */
int database_make(struct scan_engine *engine, const struct scan_store *store,
                  struct assay_error *err);

#endif
