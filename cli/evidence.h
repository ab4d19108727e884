/* Signatures as the command line checks them: a file, its .minisig, a key, and what the signed
 * comment says. Nothing here talks to a server. */
#ifndef ASSAY_CLI_EVIDENCE_H
#define ASSAY_CLI_EVIDENCE_H

#include <assay/minisign.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli.h"

/* A release as its signed comment names it: "target:T\tversion:V\tsha256:HEX\tchannel:C\t
 * file:NAME\ttimestamp:N", and "\tbypass" where the audit was bypassed. What is not in it is "".
 */
struct evidence {
    char trusted[ASSAY_MINISIGN_TRUSTED_MAX]; /* the comment itself */
    char target[128], version[128], channel[64], file[256];
    char sha256[ASSAY_SHA256_HEX];
    char timestamp[ASSAY_SHA256_HEX];
    bool bypass;
};

/* Digests of a file, read once. */
struct evidence_file {
    char sha256[ASSAY_SHA256_HEX];
    uint8_t blake2b[ASSAY_BLAKE2B512_SIZE];
    uint64_t size;
};

/* Takes the fields out of evidence->trusted. */
void evidence_parse(struct evidence *evidence);

/* Verifies `sig` over the file with the key: both signatures hold, and the digest that the comment
 * names, if it names one, is the file's. CLI_UNVERIFIED with what does not hold. `name` is for the
 * sentence. */
int evidence_verify(struct cli *cli, const struct evidence_file *file, const char *name,
                    const char *sig, size_t sig_len, const struct assay_minisign_public *key,
                    struct evidence *ret);

/* Opens and reads `path`, a regular file. CLI_USAGE when it is not there. */
int evidence_read(struct cli *cli, const char *path, struct evidence_file *ret);

/* Loads a public key file. CLI_USAGE when it is none. */
int evidence_key(struct cli *cli, const char *path, struct assay_minisign_public *ret);

/* The key id in the signature's own words (not verified), as minisign shows it. -EINVAL for what
 * is no signature. */
int evidence_signer(const char *sig, size_t len, char ret[17]);

/* Prints a verified file on one screen, or as JSON. */
int evidence_print(struct cli *cli, const char *path, const struct evidence_file *file,
                   const struct evidence *evidence, const struct assay_minisign_public *key);

#endif
