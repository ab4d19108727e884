/* A walk in progress: budgets, the visitor, and the ways into whatever is found. */
#ifndef ASSAY_IMAGE_WALK_H
#define ASSAY_IMAGE_WALK_H

#include <assay/buf.h>
#include <stdatomic.h>

#include "image/image.h"
#include "source/blocks.h"
#include "source/filler.h"

#define IMAGE_PIECE ((size_t)1 << 20) /* bytes read at once from blocks */

/* Entries open at once whose formats are told apart: more than the greatest depth opens. */
#define IMAGE_OWNERS_MAX 96

struct image_format;
struct image_head;

struct image_walk {
    const struct image_budget *budget;
    const struct image_visitor *visitor;
    void *ctx;
    const struct image_host *host;
    struct image_result *result;
    struct image_count *count; /* of the format at hand; NULL outside of any */
    struct assay_buf container;
    struct blocks *artifact;                      /* when it is read by blocks */
    unsigned depth, open;                         /* containers around; entries that are open */
    struct image_count *owners[IMAGE_OWNERS_MAX]; /* of the open entries' formats, by level */
    bool deleted;                                 /* the container at hand is a deleted file */
    bool shown;      /* the container's own bytes are the content of an open entry */
    uint64_t unread; /* places reported as damaged or over a limit up to now */
    int failed;      /* the error that ends the walk; -ECANCELED: a budget */
    struct assay_error err;
    uint64_t deadline, next_progress, quiet; /* `quiet`: bytes since the clock was looked at */
    _Atomic uint64_t read, expanded;
    /* Path of the entry that the visitor was told of last, for progress; "" when it is longer: a
     * part of a secret in it would be told from no other name. */
    char current[256];
};

/* Content of an entry. */
struct content {
    uint64_t size; /* UINT64_MAX when not known */
    /* Lends the next piece, of any length above 0, valid until the next call; offsets rise, and
     * what lies between is zeros. Returns 1, 0 at the end, or a negative errno for damage. */
    int (*next)(struct content *content, const uint8_t **ret, size_t *ret_len, uint64_t *ret_offset,
                struct assay_error *err);
    struct blocks *blocks; /* the same bytes at any place, while it is open; NULL: not to be had */
};

/* Reports an unread place: the entry `path` in the container at hand; NULL: the container. */
void image_walk_unread(struct image_walk *walk, const char *path, enum unread_reason reason,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Tells that of `path` in the container at hand (NULL: of the container) only `bytes` raw bytes
 * were handed over; `format` NULL: not known. Nothing is told of 0 bytes. */
void image_walk_only_raw(struct image_walk *walk, const char *path, const char *format,
                         uint64_t bytes);

/* Takes an error `r` met while reading `path`: a failure that is not the artifact's doing is
 * returned and ends the walk; anything else is reported as unread, and 0 returned. */
int image_walk_damage(struct image_walk *walk, const char *path, int r,
                      const struct assay_error *err);

/* Ends the walk because a budget of the whole audit is used up. Returns -ECANCELED. */
int image_walk_stop(struct image_walk *walk, const char *path, const char *what);

/* An entry without content; entry->container is filled in. */
int image_walk_entry(struct image_walk *walk, const struct entry *entry);

/* An entry with its content, which is also looked into. */
int image_walk_file(struct image_walk *walk, const struct entry *entry, struct content *content);

/* An entry whose content is handed over piece by piece by the caller. */
int image_walk_begin(struct image_walk *walk, const struct entry *entry, unsigned *ret_level);
int image_walk_bytes(struct image_walk *walk, unsigned level, const uint8_t *data, size_t len,
                     uint64_t offset);
int image_walk_done(struct image_walk *walk);

/* Looks at the clock after bytes that were read but are not worth handing over. */
int image_walk_passed(struct image_walk *walk, uint64_t bytes);

/* META entry `path` of `len` bytes. */
int image_walk_meta(struct image_walk *walk, const char *path, const void *data, size_t len);

/* Reports that `path` (NULL: the container) can be read as another format than `format` as well,
 * which it is not: whoever mounts or unpacks it may see other files than were read. */
void image_walk_other(struct image_walk *walk, const struct image_head *head, unsigned place,
                      const char *path, const struct image_format *format);

/* What is no entry itself: the artifact's bytes or decompressed ones. Of no known format, they are
 * one file named `name`; then *ret_known (which may be NULL) is false. */
int image_walk_inside(struct image_walk *walk, struct content *content, const char *name,
                      bool *ret_known);

/* Bytes of `in` after a container's end, `len` bytes at `data` first: META "(after the end)" when
 * they are not all zeros. With `look`, a container that begins there is walked; without it (the
 * one before was given up, and its rest would be taken for it again) they are bytes only. */
int image_walk_after(struct image_walk *walk, struct stream *in, const uint8_t *data, size_t len,
                     bool look);

/* Hands over what a filler found beside its content as META "(after the end)", and what stands
 * behind its end in its input `in` as image_walk_after() does. */
int image_walk_tail(struct image_walk *walk, const struct filler_tail *tail, struct stream *in);

/* What `filter` makes of `in`, within the walk's limits. What stands beside the content is put into
 * `tail`, which must not be looked at, nor freed, before *ret is closed: the caller's to do. */
int image_walk_filter(struct image_walk *walk,
                      int (*filter)(struct stream *in, struct filler_tail *tail,
                                    struct filler **ret),
                      struct stream *in, struct filler_tail *tail, struct stream **ret);

/* Walks blocks of a known format. */
int image_walk_blocks(struct image_walk *walk, const struct image_format *format,
                      struct blocks *blocks);

/* A partition or virtual disk: finds its format out; raw where there is none. `unpartitioned` is
 * true for one that may well hold no file system (boot code): no finding then. */
int image_walk_region(struct image_walk *walk, struct blocks *blocks, bool unpartitioned);

/* All of `blocks` that is not zeros, as one entry; when its type is FREE, it is told that this is
 * all that was read of the format at hand. *ret_any: there was something. */
int image_walk_raw(struct image_walk *walk, struct blocks *blocks, const char *path,
                   enum entry_type type, bool *ret_any);

/* Hands over [start, end) of `blocks` as bytes of the open entry `level`, less holes and pieces of
 * zeros. */
int image_walk_range(struct image_walk *walk, struct blocks *blocks, unsigned level, uint64_t start,
                     uint64_t end, bool *ret_any);

/* Goes into the container `name`: returns 0, or -E2BIG when that is too deep, which is reported.
 * *ret_mark is for image_walk_leave(). */
int image_walk_enter(struct image_walk *walk, const char *name, size_t *ret_mark);
void image_walk_leave(struct image_walk *walk, size_t mark);

/* Counts a container of `format` and makes it the one at hand; returns the one before. */
struct image_count *image_walk_count(struct image_walk *walk, const char *format);

/* By libarchive: from front to back, or (of `blocks`) here and there. */
int image_archive_stream(struct image_walk *walk, const struct image_format *format,
                         struct stream *in);
int image_archive_blocks(struct image_walk *walk, const struct image_format *format,
                         struct blocks *blocks);

/* Stores `content` in a spool file: *ret is NULL when that could not be had, which is reported. */
int image_spool(struct image_walk *walk, struct stream *in, struct blocks **ret);

#endif
