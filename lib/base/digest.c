#include <assay/digest.h>

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <unistd.h>

#include <assay/encode.h>

struct assay_digest {
    EVP_MD_CTX *ctx;
};

static const EVP_MD *method(enum assay_digest_kind kind)
{
    switch (kind) {
    case ASSAY_BLAKE2B512:
        return EVP_blake2b512();
    case ASSAY_SHA1:
        return EVP_sha1();
    default:
        return EVP_sha256();
    }
}

struct assay_digest *assay_digest_new(enum assay_digest_kind kind)
{
    struct assay_digest *digest = calloc(1, sizeof(*digest));

    if (!digest)
        return NULL;
    digest->ctx = EVP_MD_CTX_new();
    if (!digest->ctx || !EVP_DigestInit_ex(digest->ctx, method(kind), NULL))
        return assay_digest_free(digest);
    return digest;
}

int assay_digest_update(struct assay_digest *digest, const void *data, size_t len)
{
    return EVP_DigestUpdate(digest->ctx, data, len) ? 0 : -EIO;
}

int assay_digest_final(struct assay_digest *digest, uint8_t *ret)
{
    return EVP_DigestFinal_ex(digest->ctx, ret, NULL) ? 0 : -EIO;
}

int assay_digest_again(struct assay_digest *digest)
{
    return EVP_DigestInit_ex(digest->ctx, NULL, NULL) ? 0 : -EIO;
}

struct assay_digest *assay_digest_free(struct assay_digest *digest)
{
    if (digest)
        EVP_MD_CTX_free(digest->ctx);
    free(digest);
    return NULL;
}

int assay_sha256(const void *data, size_t len, uint8_t ret[ASSAY_SHA256_SIZE])
{
    return EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL) ? 0 : -EIO;
}

int assay_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                      uint8_t ret[ASSAY_SHA256_SIZE])
{
    return HMAC(EVP_sha256(), key, (int)key_len, data, len, ret, NULL) ? 0 : -EIO;
}

/* Feeds the whole of `fd` to the digests that are not NULL. */
static int feed_file(int fd, struct assay_digest *a, struct assay_digest *b, uint64_t *ret_size)
{
    const size_t block = 1 << 20;
    _cleanup_free_ uint8_t *data = malloc(block);
    uint64_t offset = 0;

    if (!data)
        return -ENOMEM;
    for (;;) {
        ssize_t n = pread(fd, data, block, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        if ((a && assay_digest_update(a, data, (size_t)n) < 0) ||
            (b && assay_digest_update(b, data, (size_t)n) < 0))
            return -EIO;
        offset += (uint64_t)n;
    }
    *ret_size = offset;
    return 0;
}

int assay_digest_file(int fd, char ret_sha256[ASSAY_SHA256_HEX],
                      uint8_t ret_blake2b[ASSAY_BLAKE2B512_SIZE], uint64_t *ret_size,
                      struct assay_error *err)
{
    _cleanup_digest_ struct assay_digest *sha = NULL, *blake = NULL;
    uint8_t raw[ASSAY_SHA256_SIZE], raw_blake[ASSAY_BLAKE2B512_SIZE];
    uint64_t size = 0;
    int r;

    if (ret_sha256 && !(sha = assay_digest_new(ASSAY_SHA256)))
        return assay_error_set(err, ENOMEM, "out of memory while hashing a file");
    if (ret_blake2b && !(blake = assay_digest_new(ASSAY_BLAKE2B512)))
        return assay_error_set(err, ENOMEM, "out of memory while hashing a file");
    r = feed_file(fd, sha, blake, &size);
    if (r == 0 && sha)
        r = assay_digest_final(sha, raw);
    if (r == 0 && blake)
        r = assay_digest_final(blake, raw_blake);
    if (r < 0)
        return assay_error_set(err, r, "cannot hash the file: %s", strerror(-r));
    if (sha)
        assay_hex_encode(raw, sizeof(raw), ret_sha256);
    if (blake)
        memcpy(ret_blake2b, raw_blake, sizeof(raw_blake));
    if (ret_size)
        *ret_size = size;
    return 0;
}
