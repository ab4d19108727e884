/* Hands what a walk visits to a visitor on a thread of its own, in order: while the walk reads,
 * parses and inflates what comes next, the visitor matches and hashes what came before. */
#ifndef ASSAY_AUDIT_RELAY_H
#define ASSAY_AUDIT_RELAY_H

#include <assay/cleanup.h>

#include "image/image.h"

struct relay;

/* Starts the thread. `visitor` and `ctx` outlive the relay. 0 or a negative errno. */
int relay_new(const struct image_visitor *visitor, void *ctx, struct relay **ret);

/* Ends the thread once all was handed over. NULL is fine. Returns NULL. */
struct relay *relay_free(struct relay *relay);

static inline void relay_freep(struct relay **relay)
{
    relay_free(*relay);
}

#define _cleanup_relay_ _cleanup_(relay_freep)

/* The visitor to give to the walk, with the relay as its context. All is copied. What the visitor
 * behind it returns, a later call does; after an error that one is called no more. */
extern const struct image_visitor relay_visitor;

/* Waits until the visitor was shown everything; it is idle then until the walk goes on. Returns 0
 * or the visitor's first error. */
int relay_drain(struct relay *relay);

#endif
