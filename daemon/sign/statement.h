/* Which statements are signed, and what the signature says. */
#ifndef ASSAY_SIGN_STATEMENT_H
#define ASSAY_SIGN_STATEMENT_H

#include <assay/error.h>
#include <assay/json.h>
#include <assay/minisign.h>

/* Checks a statement and signs it. `now` is the time in the trusted comment, seconds since 1970
 * UTC. Returns 0 with the text of the .minisig file; -EPERM with the reason when the statement must
 * not be signed; -EINVAL when it has not the form of policies/schemas/statement.schema.json. */
int statement_sign(const struct assay_minisign_secret *secret, const json_t *statement, int64_t now,
                   char ret[ASSAY_MINISIGN_SIG_MAX], struct assay_error *err);

#endif
