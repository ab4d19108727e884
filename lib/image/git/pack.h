/* A pack while it is read.
 *
 * A pack names neither its objects nor their places: an object's id is the digest of its content,
 * its length is known once it is inflated, and where a blob stands in the repository is told by
 * trees. So a pack is gone through three times: all objects are inflated once, from front to back
 * (index.c); deltas are applied, which gives every object its id (resolve.c); then commits, tags
 * and trees are handed over, which names the blobs (names.c), and last these (pack.c). What a delta
 * is based on is visited just before it, so that it is most often still held (held.c). */
#ifndef ASSAY_IMAGE_GIT_PACK_H
#define ASSAY_IMAGE_GIT_PACK_H

#include <assay/digest.h>

#include "image/git/git.h"
#include "source/filler.h"

#define GIT_OBJECTS_MAX (UINT32_C(1) << 21)
#define GIT_HELD_OBJECT ((size_t)64 << 20) /* bytes of an object that others are based on */
#define GIT_HELD_MAX ((size_t)96 << 20)    /* bytes of objects held, the last one left aside */
#define GIT_HELD_SLOTS 4096u
#define GIT_CHAIN_MAX 4096u              /* deltas based on one another; git makes 4095 at most */
#define GIT_NAMES_MAX ((size_t)32 << 20) /* bytes of names kept for paths */
#define GIT_PATH_DEPTH 512u              /* folders in folders */
#define GIT_REPORTS_MAX 20u              /* objects that are reported one by one */
#define GIT_NONE_INDEX UINT32_MAX

struct git_object {
    uint64_t offset;  /* of its header in the pack */
    uint64_t size;    /* of its content */
    uint32_t base;    /* the object it is based on, or GIT_NONE_INDEX */
    uint32_t child;   /* the first one based on it */
    uint32_t sibling; /* the next one with the same base */
    uint8_t stored;   /* enum git_type, deltas included */
    uint8_t type;     /* of the content, GIT_NONE when not known */
    uint8_t header;   /* bytes before the deflated data */
};

/* Where an object stands in the repository: below a tree, under a name. */
struct git_name {
    uint32_t tree; /* index, or GIT_NONE_INDEX */
    uint32_t name; /* offset in `names` */
};

/* A delta whose base is named and not known yet. */
struct git_wanted {
    uint8_t id[GIT_ID_MAX];
    uint32_t index;
};

struct git_slot {
    uint32_t index;
    uint8_t *data; /* NULL: free */
    size_t size;
};

/* The pack's bytes from a place on, as a stream. */
struct git_input {
    struct stream stream;
    struct blocks *blocks;
    uint64_t at, end; /* the byte that is lent next; where the objects end */
    uint64_t from;    /* the first one in `buffer` */
    size_t ahead;     /* bytes read at once: fewer when objects are visited here and there */
    size_t len;
    uint8_t *buffer;
};

struct git_pack {
    struct image_walk *walk;
    struct blocks *blocks;
    size_t id_size; /* 20 or 32 */
    bool intact;    /* the trailer is the digest of what stands before it */
    struct assay_digest *digest;
    struct git_input input;
    struct filler *inflate; /* of `input` */
    uint8_t *scratch;       /* GIT_SCRATCH bytes */
    struct git_object *objects;
    uint8_t *ids; /* id_size bytes each */
    uint32_t n;   /* objects that were met */
    struct git_wanted *wanted;
    uint32_t n_wanted, cap_wanted;
    struct git_slot slots[GIT_HELD_SLOTS];
    uint32_t hand; /* the slot that is emptied next */
    size_t held;
    struct git_name *places;
    struct assay_buf names;
    uint32_t *by_id; /* hash table of indices */
    uint32_t by_id_mask;
    uint64_t sum;   /* bytes of all objects' content */
    uint64_t quiet; /* bytes made since the clock was looked at */
    unsigned reports;
    bool full; /* a budget of this pack is used up, which was reported */
};

#define GIT_SCRATCH ((size_t)64 << 10)

static inline uint8_t *git_id(const struct git_pack *pack, uint32_t index)
{
    return pack->ids + (size_t)index * pack->id_size;
}

/* --- input.c ------------------------------------------------------------------------------- */

/* Makes sure of input, inflater, digest and scratch. 0 or -ENOMEM. */
int git_input_open(struct git_pack *pack);
void git_input_close(struct git_pack *pack);

/* From here on the pack is read in small pieces. */
void git_input_scatter(struct git_pack *pack);

/* Lends what stands at `offset`, at most `max` bytes, fewer at the end. */
int git_input_peek(struct git_pack *pack, uint64_t offset, size_t max, const uint8_t **ret,
                   size_t *ret_len, struct assay_error *err);

/* Begins to inflate at `offset`: what comes is had from pack->inflate. */
void git_input_inflate(struct git_pack *pack, uint64_t offset);

/* Counts bytes made towards the limits. Returns 0, or below 0 what ends the walk; `full` is set
 * when this pack is not to be gone on with. */
int git_pack_spend(struct git_pack *pack, uint64_t bytes);

/* Reports an object, the first few by name. */
void git_pack_report(struct git_pack *pack, uint32_t index, enum unread_reason reason,
                     const char *text);

/* --- index.c ------------------------------------------------------------------------------- */

/* What stands before the deflated data of an object. */
struct git_entry {
    uint8_t stored; /* enum git_type */
    size_t header;  /* bytes */
    uint64_t size;  /* of what is deflated: content, or the delta */
    uint64_t back;  /* of an OFS_DELTA: bytes back to its base */
    uint8_t base[GIT_ID_MAX];
};

/* Reads the entry at `offset`. 0, -EBADMSG, or the error of reading. */
int git_entry_read(struct git_pack *pack, uint64_t offset, struct git_entry *ret,
                   struct assay_error *err);

/* Goes through the pack from front to back. 0 (damage is reported) or what ends the walk. */
int git_pack_index(struct git_pack *pack);

/* --- held.c -------------------------------------------------------------------------------- */

/* Lends the content of an object, deltas applied, valid until the next call; the caller has spent
 * its bytes by git_pack_spend() or will. Returns 0; -EBADMSG, -EFBIG (too large to hold) with a
 * text in *ret_why; or what ends the walk. */
int git_held_get(struct git_pack *pack, uint32_t index, const uint8_t **ret, const char **ret_why);
void git_held_free(struct git_pack *pack);

/* --- resolve.c ----------------------------------------------------------------------------- */

/* Called for objects in an order in which bases come before what is based on them. */
typedef int (*git_visit)(struct git_pack *pack, uint32_t index);

/* Visits every object with a content of a type in `types` (bits 1 << enum git_type). */
int git_forest_visit(struct git_pack *pack, unsigned types, git_visit visit);

/* Gives every object type and id. 0 (what has no base is reported) or what ends the walk. */
int git_pack_resolve(struct git_pack *pack);

#endif
