/* The one table of formats as the tests see them: for every format its fixtures, each made by the
 * real tool, and what proves that it was read.
 *
 * A fixture is made by tests/formats/make/FORMAT.sh (lower case, "-" for blanks), called in an
 * empty folder as `FORMAT.sh VARIANT TREE OUT`: TREE is a folder to pack, OUT the file to write,
 * both absolute. What the script adds to TREE is compared as well. */
#ifndef ASSAY_TEST_FORMATS_TABLE_H
#define ASSAY_TEST_FORMATS_TABLE_H

#include <stddef.h>

/* What is compared with the source tree. */
enum proof {
    PROOF_TREE,     /* every path, its type, link target and SHA-256 */
    PROOF_LINKS,    /* the same of a tree without a FIFO */
    PROOF_FILES,    /* the same of a tree of folders and plain files with short ASCII names */
    PROOF_CONTENTS, /* every file's SHA-256 below the prefix, under whatever name */
    PROOF_NEEDLE,   /* the needle that the fixture holds, in some entry below the prefix */
    PROOF_REPORTED, /* the needle in the raw bytes, and the place reported as unread */
    PROOF_TOLD,     /* the place reported as unread, its content being encrypted or packed */
};

struct fixture {
    const char *format;  /* a name of image_formats_json() */
    const char *variant; /* of the fixture; FORMAT-VARIANT is its name in messages */
    const char *prefix;  /* where the tree stands, as reports write it, e.g. "p1/" */
    enum proof proof;
};

extern const struct fixture fixtures[];
extern const size_t n_fixtures;

#endif
