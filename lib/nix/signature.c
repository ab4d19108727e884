#include "nix/signature.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include <assay/buf.h>
#include <assay/encode.h>

#define KEY_SIZE 32
#define SIGNATURE_SIZE 64
#define TEXT_MAX ((size_t)16 << 20) /* a path with 100,000 references has less */

static const char nix32_digits[] = "0123456789abcdfghijklmnpqrsvwxyz";

void nix32_encode_sha256(const uint8_t sha256[ASSAY_SHA256_SIZE], char ret[NIX32_SHA256])
{
    for (size_t i = 0; i < NIX32_SHA256 - 1; i++) {
        size_t bit = (NIX32_SHA256 - 2 - i) * 5, at = bit / 8;
        unsigned pair = sha256[at];

        if (at + 1 < ASSAY_SHA256_SIZE)
            pair |= (unsigned)sha256[at + 1] << 8;
        ret[i] = nix32_digits[pair >> bit % 8 & 31];
    }
    ret[NIX32_SHA256 - 1] = 0;
}

int nix32_decode_sha256(const char *text, uint8_t ret[ASSAY_SHA256_SIZE])
{
    uint8_t sha256[ASSAY_SHA256_SIZE] = {0};

    if (strlen(text) != NIX32_SHA256 - 1)
        return -EINVAL;
    for (size_t i = 0; text[i]; i++) {
        const char *digit = strchr(nix32_digits, text[i]);
        size_t bit = (NIX32_SHA256 - 2 - i) * 5, at = bit / 8;
        unsigned pair;

        if (!digit)
            return -EINVAL;
        pair = (unsigned)(digit - nix32_digits) << bit % 8;
        sha256[at] |= (uint8_t)pair;
        if (at + 1 < ASSAY_SHA256_SIZE)
            sha256[at + 1] |= (uint8_t)(pair >> 8);
        else if (pair >> 8)
            return -EINVAL;
    }
    memcpy(ret, sha256, sizeof(sha256));
    return 0;
}

/* Takes "NAME:BASE64" apart; the base64 holds `size` bytes. Returns the name's length, or 0. */
static size_t parse(const char *text, void *ret, size_t size)
{
    const char *colon = strchr(text, ':');

    if (!colon || colon == text || assay_base64_decode(colon + 1, strlen(colon + 1), ret, size) < 0)
        return 0;
    return (size_t)(colon - text);
}

static int make_text(const struct nix_path_info *info, struct assay_buf *ret)
{
    char hash[NIX32_SHA256];
    int r;

    nix32_encode_sha256(info->nar_sha256, hash);
    r = assay_buf_printf(ret, "1;%s;sha256:%s;%" PRIu64 ";", info->path, hash, info->nar_size);
    for (size_t i = 0; i < info->n_references && r == 0; i++)
        r = assay_buf_printf(ret, "%s%s", i ? "," : "", info->references[i]);
    return r;
}

static int verify(const uint8_t key[KEY_SIZE], const uint8_t signature[SIGNATURE_SIZE],
                  const struct assay_buf *text)
{
    EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, KEY_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int r = public && context ? 0 : -ENOMEM;

    if (r == 0 && EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) != 1)
        r = -EIO;
    if (r == 0)
        r = EVP_DigestVerify(context, signature, SIGNATURE_SIZE, (const uint8_t *)text->data,
                             text->len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return r;
}

int nix_signature_holds(const struct nix_path_info *info, const char *signature, const json_t *keys)
{
    uint8_t bytes[SIGNATURE_SIZE], key[KEY_SIZE];
    size_t i, len = parse(signature, bytes, sizeof(bytes));
    json_t *one;

    json_array_foreach(keys, i, one)
    {
        _cleanup_buf_ struct assay_buf text = ASSAY_BUF(TEXT_MAX);
        const char *name = json_string_value(one);
        int r;

        if (!len || !name || parse(name, key, sizeof(key)) != len ||
            memcmp(name, signature, len) != 0)
            continue;
        r = make_text(info, &text);
        if (r == 0)
            r = verify(key, bytes, &text);
        if (r != 0)
            return r;
    }
    return 0;
}

int nix_signature_check_key(const char *key, struct assay_error *err)
{
    uint8_t bytes[KEY_SIZE];

    if (parse(key, bytes, sizeof(bytes)) > 0)
        return 0;
    return assay_error_set(err, EINVAL,
                           "'%s' is no public key of a Nix cache: NAME:BASE64 with 32 bytes", key);
}
