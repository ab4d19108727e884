#include "scan/kept.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/fs.h>

#include "scan/finding.h"

#define MAGIC "assay kc" /* 8 bytes */
#define NONCE 12         /* bytes, random: NIST SP 800-38D, 8.2.2 */
#define TAG 16

struct __attribute__((packed)) kept_head {
    char magic[8];
    uint64_t len;
    uint8_t nonce[NONCE];
    uint8_t tag[TAG];
};

static void cipher_freep(EVP_CIPHER_CTX **cipher)
{
    EVP_CIPHER_CTX_free(*cipher);
}

int kept_derive(const uint8_t *key, const char *use, const void *data, size_t len,
                uint8_t ret[ASSAY_SHA256_SIZE])
{
    _cleanup_buf_ struct assay_buf both = ASSAY_BUF(SIZE_MAX);
    int r = assay_buf_append(&both, use, strlen(use) + 1);

    if (r == 0)
        r = assay_buf_append(&both, data, len);
    if (r == 0)
        r = assay_hmac_sha256(key, FINDING_KEY_SIZE, both.data, both.len, ret);
    if (both.data)
        explicit_bzero(both.data, both.len);
    return r;
}

/* AES-256-GCM of `len` bytes in place, the name authenticated with them; with `seal` the tag is
 * made, else it is checked. 0, -EBADMSG for a wrong tag, -EIO. */
static int apply_cipher(const uint8_t *key, const char *name, struct kept_head *head, uint8_t *data,
                        size_t len, bool seal)
{
    _cleanup_(cipher_freep) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    uint8_t own[ASSAY_SHA256_SIZE];
    int n, r = kept_derive(key, "what is kept", NULL, 0, own);

    if (r < 0 || !cipher || len > INT_MAX ||
        EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, own, head->nonce, seal) != 1 ||
        EVP_CipherUpdate(cipher, NULL, &n, (const uint8_t *)name, (int)strlen(name)) != 1 ||
        EVP_CipherUpdate(cipher, data, &n, data, (int)len) != 1 ||
        (!seal && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG, head->tag) != 1))
        r = -EIO;
    explicit_bzero(own, sizeof(own));
    if (r == 0 && EVP_CipherFinal_ex(cipher, data + len, &n) != 1)
        r = seal ? -EIO : -EBADMSG;
    if (r == 0 && seal && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG, head->tag) != 1)
        r = -EIO;
    return r;
}

static int read_at(int fd, uint8_t *data, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t n = pread(fd, data, len, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -EBADMSG;
        data += n;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int kept_read(int fd, const uint8_t *key, const char *name, size_t max, uint8_t **ret,
              size_t *ret_len)
{
    _cleanup_free_ uint8_t *data = NULL;
    struct kept_head head;
    struct stat st;

    if (read_at(fd, (uint8_t *)&head, sizeof(head), 0) < 0 || fstat(fd, &st) < 0 ||
        memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0 || head.len > max ||
        (uint64_t)st.st_size != sizeof(head) + head.len)
        return -EBADMSG;
    data = malloc((size_t)head.len + TAG);
    if (!data)
        return -ENOMEM;
    if (read_at(fd, data, (size_t)head.len, sizeof(head)) < 0 ||
        apply_cipher(key, name, &head, data, (size_t)head.len, false) < 0)
        return -EBADMSG;
    *ret = ASSAY_TAKE(data);
    *ret_len = (size_t)head.len;
    return 0;
}

int kept_write(int fd, const uint8_t *key, const char *name, const void *data, size_t len)
{
    struct kept_head head = {.magic = MAGIC, .len = len};
    _cleanup_free_ uint8_t *sealed = malloc(len + TAG);
    int r = sealed ? 0 : -ENOMEM;

    if (r == 0 && getentropy(head.nonce, sizeof(head.nonce)) < 0)
        r = -EIO;
    if (r < 0)
        return r;
    if (len)
        memcpy(sealed, data, len);
    r = apply_cipher(key, name, &head, sealed, len, true);
    if (r == 0)
        r = assay_fs_write_all(fd, &head, sizeof(head));
    return r < 0 ? r : assay_fs_write_all(fd, sealed, len);
}
