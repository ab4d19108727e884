#include <assay/minisign.h>

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include <assay/cleanup.h>
#include <assay/encode.h>

#include "evidence/minisign_format.h"

static int ed25519_sign(const uint8_t key[64], const void *data, size_t len, uint8_t ret[64])
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, 32);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t ret_len = 64;
    int ok = pkey && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
             EVP_DigestSign(ctx, ret, &ret_len, data, len) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok ? 0 : -EIO;
}

int assay_minisign_sign(const struct assay_minisign_secret *secret,
                        const uint8_t prehash[ASSAY_BLAKE2B512_SIZE], const char *trusted,
                        char ret[ASSAY_MINISIGN_SIG_MAX], struct assay_error *err)
{
    struct minisign_signature_wire wire = {.algorithm = {'E', 'D'}};
    char base64[ASSAY_BASE64_SIZE(sizeof(wire))], global_base64[ASSAY_BASE64_SIZE(64)];
    uint8_t signed_text[64 + ASSAY_MINISIGN_TRUSTED_MAX], global[64];
    size_t len = strlen(trusted);

    if (len >= ASSAY_MINISIGN_TRUSTED_MAX - sizeof(MINISIGN_TRUSTED) ||
        !minisign_is_printable(trusted, len))
        return assay_error_set(err, EINVAL, "the trusted comment is not one printable line");
    memcpy(wire.key_id, secret->wire.key_id, sizeof(wire.key_id));
    if (ed25519_sign(secret->wire.key, prehash, ASSAY_BLAKE2B512_SIZE, wire.signature) < 0)
        return assay_error_set(err, EIO, "libcrypto cannot sign");
    memcpy(signed_text, wire.signature, 64);
    memcpy(signed_text + 64, trusted, len);
    if (ed25519_sign(secret->wire.key, signed_text, 64 + len, global) < 0)
        return assay_error_set(err, EIO, "libcrypto cannot sign");
    assay_base64_encode(&wire, sizeof(wire), base64);
    assay_base64_encode(global, sizeof(global), global_base64);
    snprintf(ret, ASSAY_MINISIGN_SIG_MAX,
             MINISIGN_COMMENT "signature by assay\n%s\n" MINISIGN_TRUSTED "%s\n%s\n", base64,
             trusted, global_base64);
    return 0;
}
