/* The NAR hash of a store path, computed while its tree is read elsewhere: SHA-256 over the Nix
 * archive (Dolstra, "The Purely Functional Software Deployment Model", 5.2.1) that `nix-store
 * --dump` would write of it. Nothing is kept but the digest and the names of the folders that are
 * open, so the tree must come in the archive's order: a folder before what is in it, names of one
 * folder in rising byte order, each file's content right after it. GNU tar --sort=name writes it.
 */
#ifndef ASSAY_NIX_NAR_HASH_H
#define ASSAY_NIX_NAR_HASH_H

#include <assay/digest.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nar_hash;

enum nar_kind { NAR_FILE, NAR_FOLDER, NAR_LINK };

struct nar_node {
    const char *path; /* below the store path, without slashes at its ends; "" for itself */
    enum nar_kind kind;
    bool executable;  /* FILE */
    uint64_t size;    /* FILE: bytes of content */
    const char *link; /* LINK: its target */
};

/* NULL when memory ran out. */
struct nar_hash *nar_hash_new(void);
struct nar_hash *nar_hash_free(struct nar_hash *nar);

/* The next node. -EINVAL when the order is not the archive's, a name is none ("", "..", too deep),
 * or the file before it did not come in full: the hash cannot be told any more, and every further
 * call fails the same way. -EIO when libcrypto failed. */
int nar_hash_node(struct nar_hash *nar, const struct nar_node *node);

/* Content of the last FILE, in order; what lies between two pieces is zeros. Errors as above. */
int nar_hash_bytes(struct nar_hash *nar, const uint8_t *data, size_t len, uint64_t offset);

/* The end of the last FILE's content; what is missing of its size is zeros. Errors as above. */
int nar_hash_done(struct nar_hash *nar);

/* The end of the tree: digest and size of the archive. Errors as above. */
int nar_hash_end(struct nar_hash *nar, uint8_t ret_sha256[ASSAY_SHA256_SIZE], uint64_t *ret_size);

#endif
