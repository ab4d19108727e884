/* Signatures of store paths: who vouches for their content. Nix signs the text
 *
 *   1;STORE PATH;sha256:NAR HASH IN NIX32;NAR SIZE;REFERENCES, SORTED, WITH "," BETWEEN
 *
 * by Ed25519 (Nix, src/libstore/path-info.cc, fingerprint()); keys and signatures are written as
 * NAME:BASE64. */
#ifndef ASSAY_NIX_SIGNATURE_H
#define ASSAY_NIX_SIGNATURE_H

#include <assay/digest.h>
#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters, with the NUL, of 32 bytes in Nix's base 32. */
#define NIX32_SHA256 53

/* Nix's base 32: its own alphabet without e, o, t and u, the last bits first. */
void nix32_encode_sha256(const uint8_t sha256[ASSAY_SHA256_SIZE], char ret[NIX32_SHA256]);

/* The other way. 0, or -EINVAL for what is no hash so written. */
int nix32_decode_sha256(const char *text, uint8_t ret[ASSAY_SHA256_SIZE]);

struct nix_path_info {
    const char *path; /* "/nix/store/..." */
    uint8_t nar_sha256[ASSAY_SHA256_SIZE];
    uint64_t nar_size;
    const char *const *references; /* full paths, in rising byte order */
    size_t n_references;
};

/* Whether `signature` ("NAME:BASE64") is one of `info` by a key in `keys`, an array of strings
 * "NAME:BASE64" of which those that are none count for nothing. -ENOMEM and -EIO aside, what is
 * malformed is simply no signature. Returns 1, 0 or a negative errno. */
int nix_signature_holds(const struct nix_path_info *info, const char *signature,
                        const json_t *keys);

/* Checks that `key` is a public key as Nix writes it. 0, or -EINVAL with `err`. */
int nix_signature_check_key(const char *key, struct assay_error *err);

#endif
