/* Digests by libcrypto. */
#ifndef ASSAY_DIGEST_H
#define ASSAY_DIGEST_H

#include <assay/cleanup.h>
#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

enum assay_digest_kind {
    ASSAY_SHA256,     /* 32 bytes, FIPS 180-4 */
    ASSAY_BLAKE2B512, /* 64 bytes, RFC 7693 */
    ASSAY_SHA1,       /* 20 bytes, FIPS 180-4: for names that others have given, git's */
};

#define ASSAY_SHA256_SIZE 32
#define ASSAY_SHA256_HEX 65 /* with the NUL */
#define ASSAY_BLAKE2B512_SIZE 64

struct assay_digest;

/* Makes a digest in progress, or returns NULL when memory ran out. */
struct assay_digest *assay_digest_new(enum assay_digest_kind kind);

/* Feeds `len` bytes. Returns 0 or -EIO when libcrypto fails. */
int assay_digest_update(struct assay_digest *digest, const void *data, size_t len);

/* Writes the digest to `ret`; the object is spent after that, until assay_digest_again() makes it
 * begin anew. 0 or -EIO. */
int assay_digest_final(struct assay_digest *digest, uint8_t *ret);

/* Makes it begin anew, with nothing fed. 0 or -EIO. */
int assay_digest_again(struct assay_digest *digest);

/* Frees it and returns NULL; NULL is fine. */
struct assay_digest *assay_digest_free(struct assay_digest *digest);

static inline void assay_digest_freep(struct assay_digest **digest)
{
    assay_digest_free(*digest);
}

#define _cleanup_digest_ _cleanup_(assay_digest_freep)

/* SHA-256 of `len` bytes in memory. 0 or -EIO. */
int assay_sha256(const void *data, size_t len, uint8_t ret[ASSAY_SHA256_SIZE]);

/* HMAC-SHA-256 (RFC 2104) of `len` bytes under a key. 0 or -EIO. */
int assay_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                      uint8_t ret[ASSAY_SHA256_SIZE]);

/* Reads `fd` by pread from offset 0 to its end and writes the digests that are not NULL: SHA-256
 * as 64 hexadecimal digits, BLAKE2b-512 as 64 bytes, the size in bytes. The file offset of `fd`
 * is not moved. Returns 0 or a negative errno with `err` set. */
int assay_digest_file(int fd, char ret_sha256[ASSAY_SHA256_HEX],
                      uint8_t ret_blake2b[ASSAY_BLAKE2B512_SIZE], uint64_t *ret_size,
                      struct assay_error *err);

#endif
