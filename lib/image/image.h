/* What is inside an artifact: finds out the format by content, walks it once, and hands every
 * entry and every byte to a visitor.
 *
 * A format is one file with one `const struct image_format` and one row in the table in formats.c.
 * Containers nest: an entry whose first bytes are those of a format is walked by the same code,
 * from the same stream where the format allows it, else from a bounded spool file. The raw bytes of
 * a container entry (e.g. the .gz itself) are handed over as its content as well; those of the
 * artifact itself are not.
 *
 * Names that are made up here, because the artifact holds none, always the same for the same bytes:
 *   p1, p2, ...            container of a partition: its slot in the table, logical ones from p5 on
 *   (boot image N)         container of an ISO's boot image that is no file of it: its place in the
 *                          boot catalog
 *   (raw)                  a region or artifact without a known format, as one entry
 *   (free)                 what of a file system or disk nothing holds, as one entry of type FREE:
 *                          unallocated space, gaps between partitions; offsets are those in the
 *                          file system or disk, the rest is a hole: what begins in one free block
 *                          and goes on in another is joined only where they are neighbours
 *   (slack)                the same of what a file system holds, but no file shows: what stands
 *                          behind a file's end in its last block, journal, tables, directories
 *   PATH (deleted)         a deleted file or directory whose name and place are still known (FAT,
 *                          exFAT, NTFS); read where nothing else has taken its space since, and
 *                          then in (free) as well
 *   (unmapped)             the same of a virtual disk's file: what is no part of the disk
 *   (volume label)         META: the label's bytes
 *   (gzip header)          META: the header's bytes, where it holds a name, a comment or more
 *   (headers)              META: what a tar or the like holds beside content, where no entry around
 *                          it shows that; offsets are those in the container
 *   (after the end)        META: bytes other than zeros after a container's end, or in frames of
 *                          compressed data that are to be skipped
 *   (content)              what a compressed artifact without a name of its own decompresses to;
 *                          the file that is all of a NAR
 *   (rpm header)           META: lead, signatures and tags of an rpm, where no entry around it
 *                          shows them
 *   (payload)              what an rpm holds, where that is in no format that is known
 *   (unlisted at 1234)     META: what begins like a member in a zip, at that offset, where the
 *                          zip's directory lists none
 *   (path 1), (path 2)     store paths in what nix-store --export wrote
 *   (path 1 info)          META: that path's name, its references and its deriver, a line each
 *   TABLE                  the rows of a SQLite table: its values, one per line
 *   TABLE/ROWID/COLUMN     a value of it that is a container itself (a running number where the
 *                          table has no row ids)
 *   commit/ID, tree/ID     objects of a git pack
 *   tag/ID, blob/ID/PATH   the same; PATH where a tree of the pack names the blob
 *   commit, tree, tag, blob
 *                          what a loose git object is
 *   NAME:STREAM            an NTFS alternate data stream
 */
#ifndef ASSAY_IMAGE_IMAGE_H
#define ASSAY_IMAGE_IMAGE_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/entry.h"

/* Limits of one audit. Passing one is reported through visitor.unread with the place named, and
 * the walk goes on where it can. */
struct image_budget {
    unsigned depth;    /* containers in containers; default 8 */
    uint64_t entries;  /* default 5,000,000 */
    uint64_t expanded; /* bytes after decompression over all; default 64 GiB */
    uint64_t ratio;    /* expanded bytes per input byte of one container, looked at once it has
                          expanded to IMAGE_RATIO_FLOOR; default 200 */
    size_t name;       /* bytes of one entry's path; default 4096 */
    uint64_t seconds;  /* wall time; default 7200 */
};

#define IMAGE_RATIO_FLOOR (UINT64_C(64) << 20)

extern const struct image_budget image_budget_default;

/* Why something was not read in full. The token is what reports carry as the rule of an
 * `unaudited` finding: "unaudited.TOKEN". */
enum unread_reason {
    UNREAD_CORRUPT,     /* truncated or damaged */
    UNREAD_UNSUPPORTED, /* recognised, but no reader here; its raw bytes were scanned */
    UNREAD_ENCRYPTED,   /* e.g. LUKS, an encrypted zip */
    UNREAD_BUDGET,      /* a limit was reached */
    UNREAD_REFUSED,     /* would need bytes outside of the artifact: backing files, extents */
    UNREAD_EMPTY,       /* an artifact of 0 bytes */
    UNREAD_UNKNOWN,     /* the artifact itself is no format that is known */
};

const char *unread_token(enum unread_reason reason);

/* Who is told. Calls come from one thread, in order: entry, then bytes (any number), then done for
 * entries of type FILE, FREE and META; entry alone for the others. When a container is nested, the
 * entries inside it come between its own entry and its done, so a visitor keeps a stack. Bytes of
 * the outer entry can come while inner ones are open, since both are read from one stream: `level`
 * says whose they are. entry and done always concern the top of the stack. Every callback but
 * `unread` returns 0 to go on or a negative errno to end the walk. */
struct image_visitor {
    int (*entry)(void *ctx, const struct entry *entry);
    /* Content, in order and without gaps but for holes: a hole of a sparse file is not handed over
     * as zeros; `offset` says where in the entry the bytes stand. `level` is the place of their
     * entry in the stack of open entries: 0 for one that lies in the artifact itself, 1 for one
     * inside of that. */
    int (*bytes)(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset);
    int (*done)(void *ctx);
    /* `where` is the full path, containers included ("" for the artifact itself). */
    void (*unread)(void *ctx, const char *where, enum unread_reason reason, const char *detail);
    /* Of an entry, a partition or the artifact only the raw bytes were handed over, `bytes` of them
     * (zeros left out of blocks); `format` is what it seems to be, "unknown" where that is not
     * known. Comes after them; may be NULL. */
    void (*raw)(void *ctx, const char *where, const char *format, uint64_t bytes);
};

/* What the parent process does for a walk that has no rights of its own. */
struct image_host {
    /* Starts qemu-nbd on `disk`, the artifact or a spool file, read as `format` ("qcow2", "vmdk",
     * ...) and returns a connected socket that speaks NBD; `disk` is lent for the call. NULL: no
     * such help, such formats are `unaudited`. */
    int (*open_nbd)(void *ctx, int disk, const char *format, int *ret_socket,
                    struct assay_error *err);
    /* Returns a new empty file (unlinked, read-write) to spool into. NULL: nothing can be spooled.
     */
    int (*open_spool)(void *ctx, int *ret_fd, struct assay_error *err);
    /* It hashes the artifact itself, and makes sure that what was read is what it hashed. */
    bool hashes;
    /* Told every now and then, at most a few times a second; may be NULL. `path` is "" or that of
     * the entry the visitor was told of last. */
    void (*progress)(void *ctx, uint64_t bytes_in, uint64_t bytes_total, uint64_t entries,
                     const char *path);
    void *ctx;
};

/* Coverage of one format, e.g. {"tar", 1, 5123, 104857600}: how many of it were met, the entries in
 * them, and the bytes of these entries' content. Each entry and byte counts for one format, that of
 * the container it stands in; what is in no container (an artifact of no format) for none. */
struct image_count {
    const char *format;
    uint64_t containers, entries, bytes;
};

#define IMAGE_FORMATS_MAX 64

struct image_result {
    const char *format; /* of the artifact: outermost first, e.g. "gzip+tar", "qcow2", "unknown" */
    char sha256[65];    /* of the artifact, computed from the very bytes that were read; "" when the
                           host hashes */
    uint64_t size;      /* bytes of the artifact */
    uint64_t bytes;     /* bytes handed to the visitor */
    uint64_t entries;
    struct image_count counts[IMAGE_FORMATS_MAX];
    size_t n_counts;
    char format_text[64]; /* storage for `format` */
};

/* Walks the artifact in `fd` (a regular file, read by pread from 0). Returns 0 when the walk came
 * to its end, be it with things unread; a negative errno with `err` when it could not: a visitor's
 * error, -ENOMEM, -EIO on reading the file itself, -ESTALE when the file changed meanwhile. Damage
 * in the artifact is never an error here but an `unread`.
 *
 * Unless the host hashes, a format that is read from front to back is hashed from the very buffers
 * it is read from; one that is read here and there is hashed by a sequential pass beside the walk.
 * Starts threads. The program calls setlocale(LC_CTYPE, "C.UTF-8") first: libarchive drops names
 * that the locale cannot show. */
int image_walk(int fd, const struct image_budget *budget, const struct image_visitor *visitor,
               void *visitor_ctx, const struct image_host *host, struct image_result *ret,
               struct assay_error *err);

/* Writes the full path of an entry: CONTAINER!PATH, but CONTAINER/PATH where the container is a
 * partition, and PATH alone in the artifact itself. Cut at `size`, which counts the NUL. */
void image_where(const char *container, const char *path, char *ret, size_t size);

/* The formats this build reads, in the table's order, for the README's table: array of
 * {name, reads: "entries"|"blocks"|"filter"|"layout"|"recognised", by: library, notes}. */
json_t *image_formats_json(void);

#endif
