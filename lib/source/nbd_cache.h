/* What an NBD server exports, read ahead: chunks of it, asked for before they are needed, and taken
 * from the socket by a thread while the reader is busy with others. */
#ifndef ASSAY_SOURCE_NBD_CACHE_H
#define ASSAY_SOURCE_NBD_CACHE_H

#include <assay/error.h>
#include <libnbd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nbd_cache;

/* Takes the connected handle `nbd` over, on failure too; it is used between nbd_cache_lock() and
 * nbd_cache_unlock() only. `size`: bytes of the export. -ENOMEM, -EAGAIN when no thread is to be
 * had. */
int nbd_cache_new(struct nbd_handle *nbd, uint64_t size, struct nbd_cache **ret);

/* Reads `len` bytes at `offset`, all of them below the size. -EBADMSG when the server fails. */
int nbd_cache_read(struct nbd_cache *cache, void *data, size_t len, uint64_t offset,
                   struct assay_error *err);

void nbd_cache_lock(struct nbd_cache *cache);
void nbd_cache_unlock(struct nbd_cache *cache);

/* Ends the thread and closes the handle, which writes into the chunks until then. NULL: nothing. */
void nbd_cache_free(struct nbd_cache *cache);

#endif
