/* Artifacts and their evidence by digest: BLOBS_DIR/sha256/ab/abcdef…/{artifact,VERSION.minisig,…}.
 * Evidence belongs to one version, since several releases can have the same bytes. Once published,
 * nothing here is changed. */
#ifndef ASSAY_STORE_BLOBS_H
#define ASSAY_STORE_BLOBS_H

#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct blobs;

int blobs_open(const char *dir, struct blobs **ret, struct assay_error *err);
struct blobs *blobs_close(struct blobs *blobs);

/* Takes the file `path` in as the artifact with that digest: by rename where both are on one file
 * system, else by copy; temporary name, fsync, rename, fsync of the folder. The digest is then
 * computed again from what was written: -EBADMSG when it differs (and the blob is removed),
 * -ENOSPC on a full disk with nothing left behind. There already (and sound): 0. */
int blobs_put(struct blobs *blobs, const char *path, const char *sha256, struct assay_error *err);

/* Evidence beside it: of the release `version`; `kind` is a suffix without its dot, e.g. "minisig"
 * or "audit.json". What an attempt that was not published left is replaced. */
int blobs_put_evidence(struct blobs *blobs, const char *sha256, const char *version,
                       const char *kind, const void *data, size_t len, struct assay_error *err);

/* Opens an artifact, or evidence, for reading. -ENOENT. */
int blobs_get(struct blobs *blobs, const char *sha256, int *ret_fd, uint64_t *ret_size,
              struct assay_error *err);
int blobs_get_evidence(struct blobs *blobs, const char *sha256, const char *version,
                       const char *kind, int *ret_fd, uint64_t *ret_size, struct assay_error *err);

/* Removes an artifact and its evidence, unless it is wanted: by store_artifact_wanted(), with
 * `except`. That is asked and acted upon with blobs_put() kept out; whoever puts the same bytes
 * must have written down in the store before that it may publish them. Returns 1 when it was
 * removed, 0 when it is wanted or not there. */
int blobs_drop(struct blobs *blobs, struct store *store, const char *sha256, int64_t except,
               struct assay_error *err);

/* At start, after store_recover(): removes what crashes left, which is every artifact that is not
 * wanted, and temporary files beside the evidence of the others. Goes on after an error; *ret is
 * how many there were in any case. */
int blobs_sweep(struct blobs *blobs, struct store *store, int *ret, struct assay_error *err);

#endif
