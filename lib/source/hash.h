/* The digest of a file, computed by a thread beside whatever else reads the file. */
#ifndef ASSAY_SOURCE_HASH_H
#define ASSAY_SOURCE_HASH_H

#include <assay/digest.h>
#include <stdint.h>

struct source_hash;

/* Starts hashing the regular file `fd` from 0 to its end; `fd` is lent until the end. */
int source_hash_start(int fd, struct source_hash **ret);

/* Waits for the end and frees it. Returns 0 with digest and size, or the error of reading. */
int source_hash_finish(struct source_hash *hash, char ret_sha256[ASSAY_SHA256_HEX],
                       uint64_t *ret_size, struct assay_error *err);

/* Stops early and frees it; NULL is fine. */
struct source_hash *source_hash_cancel(struct source_hash *hash);

#endif
