#include <assay/minisign.h>

#include <errno.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <string.h>

#include <assay/cleanup.h>
#include <assay/encode.h>

#include "evidence/minisign_format.h"

int minisign_is_printable(const char *text, size_t len)
{
    json_t *utf8;

    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return 0;
    utf8 = json_stringn(text, len); /* NULL for what is not well-formed UTF-8 */
    json_decref(utf8);
    return utf8 != NULL;
}

static bool ed25519_verify(const uint8_t key[32], const void *data, size_t len,
                           const uint8_t signature[64])
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestVerify(ctx, signature, 64, data, len) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok;
}

struct parsed {
    struct minisign_signature_wire wire;
    const char *trusted;
    size_t trusted_len;
    uint8_t global[64];
};

/* The four lines, and nothing after them. */
static int parse(const char *text, size_t len, struct parsed *ret)
{
    const size_t comment = sizeof(MINISIGN_COMMENT) - 1, trusted = sizeof(MINISIGN_TRUSTED) - 1;
    const char *line;
    long n = minisign_next_line(&text, &len, &line);

    if (n < (long)comment || n > MINISIGN_COMMENT_MAX ||
        memcmp(line, MINISIGN_COMMENT, comment) != 0)
        return -EINVAL;
    n = minisign_next_line(&text, &len, &line);
    if (n < 0 || assay_base64_decode(line, (size_t)n, &ret->wire, sizeof(ret->wire)) < 0 ||
        memcmp(ret->wire.algorithm, "ED", 2) != 0)
        return -EINVAL;
    n = minisign_next_line(&text, &len, &line);
    if (n < (long)trusted || n >= ASSAY_MINISIGN_TRUSTED_MAX ||
        memcmp(line, MINISIGN_TRUSTED, trusted) != 0)
        return -EINVAL;
    ret->trusted = line + trusted;
    ret->trusted_len = (size_t)n - trusted;
    n = minisign_next_line(&text, &len, &line);
    if (n < 0 || assay_base64_decode(line, (size_t)n, ret->global, sizeof(ret->global)) < 0)
        return -EINVAL;
    return len == 0 && minisign_is_printable(ret->trusted, ret->trusted_len) ? 0 : -EINVAL;
}

int assay_minisign_verify(const struct assay_minisign_public *key,
                          const uint8_t prehash[ASSAY_BLAKE2B512_SIZE], const char *sig, size_t len,
                          char ret_trusted[ASSAY_MINISIGN_TRUSTED_MAX], struct assay_error *err)
{
    uint8_t signed_text[64 + ASSAY_MINISIGN_TRUSTED_MAX];
    struct parsed parsed;
    char want[17], have[17];

    if (parse(sig, len, &parsed) < 0)
        return assay_error_set(err, EINVAL, "this is not a prehashed minisign signature");
    if (memcmp(parsed.wire.key_id, key->key_id, sizeof(key->key_id)) != 0) {
        struct assay_minisign_public other = {0};

        memcpy(other.key_id, parsed.wire.key_id, sizeof(other.key_id));
        assay_minisign_key_id(key, want);
        assay_minisign_key_id(&other, have);
        return assay_error_set(err, ENOKEY, "the signature was made with key %s, not with %s", have,
                               want);
    }
    if (!ed25519_verify(key->key, prehash, ASSAY_BLAKE2B512_SIZE, parsed.wire.signature))
        return assay_error_set(err, EBADMSG,
                               "the signature does not fit the file: one of the two "
                               "was changed");
    memcpy(signed_text, parsed.wire.signature, 64);
    memcpy(signed_text + 64, parsed.trusted, parsed.trusted_len);
    if (!ed25519_verify(key->key, signed_text, 64 + parsed.trusted_len, parsed.global))
        return assay_error_set(err, EBADMSG, "the signature's trusted comment was changed");
    memcpy(ret_trusted, parsed.trusted, parsed.trusted_len);
    ret_trusted[parsed.trusted_len] = '\0';
    return 0;
}
