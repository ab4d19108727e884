/* minisign keys and signatures (https://jedisct1.github.io/minisign/, checked against 0.11),
 * Ed25519 (RFC 8032) over the BLAKE2b-512 of the file ("prehashed", algorithm "ED"). */
#ifndef ASSAY_MINISIGN_H
#define ASSAY_MINISIGN_H

#include <assay/digest.h>
#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_MINISIGN_KEYID 8
#define ASSAY_MINISIGN_TRUSTED_MAX 8192 /* bytes of the trusted comment, NUL included */
#define ASSAY_MINISIGN_SIG_MAX 16384    /* bytes of a signature file, NUL included */
#define ASSAY_MINISIGN_FILE_MAX 16384   /* bytes of a key file */

struct assay_minisign_public {
    uint8_t key_id[ASSAY_MINISIGN_KEYID];
    uint8_t key[32];
};

/* Lies in memory that is locked and wiped by assay_minisign_secret_free(). */
struct assay_minisign_secret;

/* Makes a key pair. The caller frees *ret. */
int assay_minisign_generate(struct assay_minisign_secret **ret, struct assay_error *err);

/* Parses the text of an unencrypted secret key file (as `minisign -G -W` writes it). -ENOTSUP for
 * an encrypted one, with the mend; -EINVAL for anything else, halves that do not fit included. */
int assay_minisign_secret_parse(const char *text, size_t len, struct assay_minisign_secret **ret,
                                struct assay_error *err);

/* Reads a secret key file; refuses one that its group or others can read (mode & 077). */
int assay_minisign_secret_load(const char *path, struct assay_minisign_secret **ret,
                               struct assay_error *err);

/* Writes the secret key to `path` (mode 0600, not over an existing file) and the public one to
 * `path`.pub (mode 0644). */
int assay_minisign_secret_store(const struct assay_minisign_secret *secret, const char *path,
                                struct assay_error *err);

struct assay_minisign_secret *assay_minisign_secret_free(struct assay_minisign_secret *secret);

/* The public half. */
void assay_minisign_public_of(const struct assay_minisign_secret *secret,
                              struct assay_minisign_public *ret);

/* Parses a public key file, or the bare base64 line as `minisign -P` takes it. */
int assay_minisign_public_parse(const char *text, size_t len, struct assay_minisign_public *ret,
                                struct assay_error *err);

/* Writes the two lines of a public key file; `ret` holds at least 256 bytes. */
void assay_minisign_public_format(const struct assay_minisign_public *key, char ret[256]);

/* Key id as minisign shows it: 16 upper-case digits of the little-endian number, and a NUL. */
void assay_minisign_key_id(const struct assay_minisign_public *key, char ret[17]);

/* Signs a prehash: writes the four lines of a .minisig file and a NUL to `ret`. `trusted` is one
 * printable line (UTF-8, no control characters but TAB). -EINVAL for one that is not. */
int assay_minisign_sign(const struct assay_minisign_secret *secret,
                        const uint8_t prehash[ASSAY_BLAKE2B512_SIZE], const char *trusted,
                        char ret[ASSAY_MINISIGN_SIG_MAX], struct assay_error *err);

/* Verifies the text of a .minisig file against a prehash and a key, both signatures of it. Returns
 * 0 with the trusted comment in `ret_trusted`; -EBADMSG with what does not hold; -EINVAL for a file
 * that is no signature; -ENOKEY when it was made with another key. */
int assay_minisign_verify(const struct assay_minisign_public *key,
                          const uint8_t prehash[ASSAY_BLAKE2B512_SIZE], const char *sig, size_t len,
                          char ret_trusted[ASSAY_MINISIGN_TRUSTED_MAX], struct assay_error *err);

#endif
