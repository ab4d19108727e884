#include "sign/statement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <assay/encode.h>

static int check(const json_t *statement, bool *ret_bypass, struct assay_error *err)
{
    const json_t *audit = json_object_get(statement, "audit");
    const char *verdict, *audited, *sha256;
    int r = assay_schema_check("statement", statement, err);

    if (r < 0)
        return r;
    verdict = assay_json_string(audit, "verdict", "");
    audited = assay_json_string(audit, "artifact_sha256", "");
    sha256 = assay_json_string(statement, "sha256", "-");
    *ret_bypass = json_is_string(json_object_get(statement, "bypass"));
    if (strcmp(audited, sha256) != 0)
        return assay_error_set(err, EPERM, "the audit is about another artifact: %s, not %s",
                               audited, sha256);
    if (*ret_bypass && strcmp(assay_json_string(statement, "channel", ""), "dev") != 0)
        return assay_error_set(
            err, EPERM, "a build that bypassed the audit is signed for the channel dev only");
    if (!*ret_bypass && strcmp(verdict, "pass") != 0)
        return assay_error_set(err, EPERM,
                               "the audit's verdict is \"%s\"; only what passed is "
                               "signed",
                               verdict);
    return 0;
}

int statement_sign(const struct assay_minisign_secret *secret, const json_t *statement, int64_t now,
                   char ret[ASSAY_MINISIGN_SIG_MAX], struct assay_error *err)
{
    uint8_t prehash[ASSAY_BLAKE2B512_SIZE];
    char trusted[1024];
    bool bypass;
    int r = check(statement, &bypass, err);

    if (r < 0)
        return r;
    r = assay_hex_decode(assay_json_string(statement, "blake2b", ""), prehash, sizeof(prehash));
    if (r < 0)
        return assay_error_set(err, r, "the statement's blake2b is not a digest");
    snprintf(
        trusted, sizeof(trusted),
        "target:%s\tversion:%s\tsha256:%s\tchannel:%s\tfile:%s\ttimestamp:%lld%s",
        assay_json_string(statement, "target", ""), assay_json_string(statement, "version", ""),
        assay_json_string(statement, "sha256", ""), assay_json_string(statement, "channel", ""),
        assay_json_string(statement, "name", ""), (long long)now, bypass ? "\tbypass" : "");
    return assay_minisign_sign(secret, prehash, trusted, ret, err);
}
