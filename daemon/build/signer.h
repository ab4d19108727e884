/* The daemon's end of assay-sign: starts it, starts it again when it dies, asks it to sign. */
#ifndef ASSAY_BUILD_SIGNER_H
#define ASSAY_BUILD_SIGNER_H

#include <assay/error.h>
#include <assay/json.h>
#include <assay/minisign.h>

struct signer;

/* Starts `program` (assay-sign) with the key file; fails when the key cannot be loaded, with the
 * signer's own words. */
int signer_start(const char *program, const char *key_path, struct signer **ret,
                 struct assay_error *err);
struct signer *signer_stop(struct signer *signer);

/* The public key it signs with. */
void signer_public(const struct signer *signer, struct assay_minisign_public *ret);

/* Has a release statement signed:
 *   {"schema": "assay.statement/1", "target", "version", "name", "sha256", "blake2b" (hex),
 *    "size", "channel", "bypass": reason or null, "report": {the whole audit report}}
 * The signer checks the statement's form, that the report is about this digest, and that its
 * verdict is "pass" (or that a bypass is named and the channel is "dev") before it signs. Writes
 * the .minisig text; its trusted comment is
 *   "target:T\tversion:V\tsha256:HEX\tchannel:C\tfile:NAME\ttimestamp:N" and "\tbypass" if so.
 * -EPERM when the signer refuses, with its reason; -EPIPE when it is gone for good. */
int signer_sign(struct signer *signer, const json_t *statement, char ret[ASSAY_MINISIGN_SIG_MAX],
                struct assay_error *err);

#endif
