/* NAR hashes of store paths whose entries did not come in a NAR's order, or partly as hard links
 * to what stands elsewhere, or in several places: the artifact is walked once more, and this
 * visitor puts what is in those paths into a spool file, to be hashed in order at the end. */
#ifndef ASSAY_AUDIT_REORDER_H
#define ASSAY_AUDIT_REORDER_H

#include "audit/store_paths.h"
#include "image/image.h"

#define REORDER_NODES_MAX 1000000     /* in all paths together */
#define REORDER_NAMES_MAX (64u << 20) /* bytes of their names and links */

struct reorder;

/* Finds those of `paths` (which outlive the object) that are to be hashed anew; of paths that
 * are not `known` no hash is needed. *ret is NULL when there are none. 0 or -ENOMEM. */
int reorder_new(struct store_paths *paths, const bool *known, struct reorder **ret);
struct reorder *reorder_free(struct reorder *reorder);

static inline void reorder_freep(struct reorder **reorder)
{
    reorder_free(*reorder);
}

#define _cleanup_reorder_ _cleanup_(reorder_freep)

/* Gives it an empty file for the content, which it closes. */
void reorder_spool(struct reorder *reorder, int fd);

/* The visitor for the second walk, with the object as its context. What is over the limits above
 * stays without a hash. */
extern const struct image_visitor reorder_visitor;

/* After the walk: computes the hashes and gives them to the store paths. 0, -ENOMEM, -EIO. */
int reorder_finish(struct reorder *reorder);

#endif
