/* The daemon's end of assay-sign: starts it, starts it again when it dies, asks it to sign. */
#ifndef ASSAY_BUILD_SIGNER_H
#define ASSAY_BUILD_SIGNER_H

#include <assay/error.h>
#include <assay/json.h>
#include <assay/minisign.h>
#include <stdbool.h>

#include "store/store.h"

struct signer;

/* Starts `program` (assay-sign) with the key file; fails when the key cannot be loaded, with the
 * signer's own words. */
int signer_start(const char *program, const char *key_path, struct signer **ret,
                 struct assay_error *err);
struct signer *signer_stop(struct signer *signer);

/* Whether it runs. One that has died is started again for the asking, every few seconds at most;
 * false when that fails, or when the key's file holds another key by now. */
bool signer_alive(struct signer *signer);

/* The public key it signs with: the same from start to end. */
void signer_public(const struct signer *signer, struct assay_minisign_public *ret);

/* Makes the statement that a build's artifact is to be released in `channel` on the strength of
 * `report` (policies/schemas/statement.schema.json). It carries digests, names from the
 * configuration and the verdict, and nothing that stood in the artifact: the signer parses nothing
 * foreign. The caller owns *ret. */
int signer_statement(const struct build *build, const char *channel, const json_t *report,
                     json_t **ret, struct assay_error *err);

/* Has a statement signed. The signer itself checks its form, that the audit it names is about this
 * digest, and that its verdict is "pass" (or that a bypass is named and the channel is "dev").
 * Writes the .minisig text; its trusted comment is
 *   "target:T\tversion:V\tsha256:HEX\tchannel:C\tfile:NAME\ttimestamp:N", and "\tbypass" if so.
 * -EPERM when the signer refuses, with its reason; -EPIPE when it is gone and cannot be started
 * again. */
int signer_sign(struct signer *signer, const json_t *statement, char ret[ASSAY_MINISIGN_SIG_MAX],
                struct assay_error *err);

#endif
