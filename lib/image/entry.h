/* One thing found inside an artifact. */
#ifndef ASSAY_IMAGE_ENTRY_H
#define ASSAY_IMAGE_ENTRY_H

#include <stddef.h>
#include <stdint.h>

enum entry_type {
    ENTRY_FILE,
    ENTRY_DIR,
    ENTRY_SYMLINK,
    ENTRY_HARDLINK,
    ENTRY_DEVICE, /* character or block */
    ENTRY_FIFO,
    ENTRY_SOCKET,
    ENTRY_FREE, /* unallocated space, slack, gaps between partitions: bytes without a name */
    ENTRY_META, /* bytes or names of the container itself: a volume label, a gzip header */
};

/* What holds an entry's bytes: what a person has to know to get rid of them. */
enum entry_in {
    ENTRY_IN_FILE,        /* what the container shows */
    ENTRY_IN_DELETED,     /* a file that was deleted, under its name */
    ENTRY_IN_UNALLOCATED, /* space that nothing holds */
    ENTRY_IN_SLACK,       /* space in use, but of no file: ends of blocks, journal, tables */
    ENTRY_IN_METADATA,    /* what the container holds beside content: labels, headers */
    ENTRY_IN_RAW,         /* bytes of which nobody here knows what they are */
};

struct entry_xattr {
    const char *name;
    const uint8_t *value;
    size_t value_len;
};

/* All strings are lent for the time of the call. Paths are raw bytes as the container holds them,
 * less leading "./" and "/" and "//"; they may hold anything but NUL, ".." parts included. */
struct entry {
    const char *container; /* what `path` is inside of, e.g. "" for the artifact itself, "p2",
                              "backup.tar.gz", "image.ova!disk.vmdk!p1" */
    const char *path;
    enum entry_type type;
    enum entry_in in;  /* filled in by the walk for FREE and META, and for all in a deleted file */
    const char *link;  /* target of a symbolic or hard link, else NULL */
    uint32_t mode;     /* permission bits, set-id and sticky bits included: 07777 */
    int64_t uid, gid;  /* -1: the container holds none */
    const char *uname; /* owner's and group's name as written in the container, or NULL */
    const char *gname;
    int64_t size; /* bytes of content as the container claims, -1 unknown */
    int64_t mtime;
    const struct entry_xattr *xattrs;
    size_t n_xattrs;
};

#endif
