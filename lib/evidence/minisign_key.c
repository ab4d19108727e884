#include <assay/minisign.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/stat.h>

#include <assay/buf.h>
#include <assay/cleanup.h>
#include <assay/encode.h>
#include <assay/fs.h>

#include "evidence/minisign_format.h"

#define SECURE_HEAP 32768 /* bytes; a power of two, room for some dozen keys */

/* libcrypto's secure heap: locked into memory, between guard pages, left out of core dumps. */
static struct assay_minisign_secret *secret_new(struct assay_error *err)
{
    struct assay_minisign_secret *secret = NULL;

    if (CRYPTO_secure_malloc_initialized() || CRYPTO_secure_malloc_init(SECURE_HEAP, 64) == 1)
        secret = OPENSSL_secure_zalloc(sizeof(*secret));
    if (!secret)
        assay_error_set(err, ENOMEM,
                        "cannot get locked memory for the key; raise the limit of "
                        "locked memory (ulimit -l, LimitMEMLOCK=)");
    return secret;
}

struct assay_minisign_secret *assay_minisign_secret_free(struct assay_minisign_secret *secret)
{
    OPENSSL_secure_clear_free(secret, sizeof(*secret));
    return NULL;
}

static void secret_freep(struct assay_minisign_secret **secret)
{
    assay_minisign_secret_free(*secret);
}

/* Writes the public half of the seed in key[0..31] to key[32..63]. */
static int derive_public(uint8_t key[64])
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, 32);
    size_t len = 32;
    int ok = pkey && EVP_PKEY_get_raw_public_key(pkey, key + 32, &len) && len == 32;

    EVP_PKEY_free(pkey);
    return ok ? 0 : -EIO;
}

int assay_minisign_generate(struct assay_minisign_secret **ret, struct assay_error *err)
{
    _cleanup_(secret_freep) struct assay_minisign_secret *secret = secret_new(err);
    struct minisign_secret_wire *wire;

    if (!secret)
        return -ENOMEM;
    wire = &secret->wire;
    memcpy(wire->algorithm, "Ed", 2);
    memcpy(wire->checksum_algorithm, "B2", 2);
    if (RAND_priv_bytes(wire->key, 32) != 1 || RAND_bytes(wire->key_id, 8) != 1 ||
        derive_public(wire->key) < 0)
        return assay_error_set(err, EIO, "libcrypto cannot make an Ed25519 key");
    *ret = ASSAY_TAKE(secret);
    return 0;
}

long minisign_next_line(const char **text, size_t *left, const char **ret)
{
    const char *end;
    size_t len, skip;

    if (*left == 0)
        return -1;
    end = memchr(*text, '\n', *left);
    len = end ? (size_t)(end - *text) : *left;
    skip = end ? len + 1 : len;
    *ret = *text;
    *text += skip;
    *left -= skip;
    if (len && (*ret)[len - 1] == '\r')
        len--;
    return (long)len;
}

/* Finds the base64 line of a key file: the second one, after the untrusted comment. */
static int key_line(const char *text, size_t len, const char **ret, size_t *ret_len)
{
    const size_t prefix = sizeof(MINISIGN_COMMENT) - 1;
    const char *line;
    long n = minisign_next_line(&text, &len, &line);

    if (n < (long)prefix || n > MINISIGN_COMMENT_MAX || memcmp(line, MINISIGN_COMMENT, prefix) != 0)
        return -EINVAL;
    n = minisign_next_line(&text, &len, ret);
    if (n < 0 || len != 0)
        return -EINVAL;
    *ret_len = (size_t)n;
    return 0;
}

int assay_minisign_secret_parse(const char *text, size_t len, struct assay_minisign_secret **ret,
                                struct assay_error *err)
{
    _cleanup_(secret_freep) struct assay_minisign_secret *secret = secret_new(err);
    struct minisign_secret_wire *wire;
    uint8_t public[32];
    const char *line;
    size_t line_len;

    if (!secret)
        return -ENOMEM;
    wire = &secret->wire;
    if (key_line(text, len, &line, &line_len) < 0 ||
        assay_base64_decode(line, line_len, wire, sizeof(*wire)) < 0 ||
        memcmp(wire->algorithm, "Ed", 2) != 0 || memcmp(wire->checksum_algorithm, "B2", 2) != 0)
        return assay_error_set(err, EINVAL,
                               "this is not a minisign secret key file; make one with "
                               "`assay key generate FILE` or `minisign -G -W -s FILE`");
    if (memcmp(wire->kdf_algorithm, "Sc", 2) == 0)
        return assay_error_set(err, ENOTSUP,
                               "the secret key is encrypted with a password; give a key without "
                               "one (`assay key generate FILE` or `minisign -G -W -s FILE`)");
    memcpy(public, wire->key + 32, 32);
    if (memcmp(wire->kdf_algorithm, "\0\0", 2) != 0 || derive_public(wire->key) < 0 ||
        CRYPTO_memcmp(public, wire->key + 32, sizeof(public)) != 0)
        return assay_error_set(err, EINVAL,
                               "the secret key file is damaged: its two halves do "
                               "not fit; restore it from its backup");
    *ret = ASSAY_TAKE(secret);
    return 0;
}

static void wipe_buf(struct assay_buf *buf)
{
    if (buf->data)
        OPENSSL_cleanse(buf->data, buf->cap);
    assay_buf_free(buf);
}

int assay_minisign_secret_load(const char *path, struct assay_minisign_secret **ret,
                               struct assay_error *err)
{
    _cleanup_(wipe_buf) struct assay_buf buf = ASSAY_BUF(ASSAY_MINISIGN_FILE_MAX);
    struct stat st;
    int r;

    if (stat(path, &st) < 0 && errno == ENOENT)
        return assay_error_set(err, ENOENT,
                               "there is no key file %s; make one with `assay key generate %s`",
                               path, path);
    r = assay_fs_read_file(path, &buf, err);
    if (r < 0)
        return r;
    if (stat(path, &st) < 0 || (st.st_mode & 077) != 0)
        return assay_error_set(err, EPERM,
                               "the key file %s can be read by others than its owner; "
                               "mend that with `chmod 600 %s`",
                               path, path);
    r = assay_minisign_secret_parse(assay_buf_str(&buf), buf.len, ret, err);
    return r < 0 ? assay_error_prefix(err, "%s", path) : 0;
}

/* Writes a key to a new file; an existing one is never overwritten. */
static int write_new(const char *path, const char *text, mode_t mode, struct assay_error *err)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    int r;

    if (fd < 0 && errno == EEXIST)
        return assay_error_set(err, EEXIST, "%s is there already and is not overwritten", path);
    if (fd < 0)
        return assay_error_set(err, errno, "cannot write %s: %s", path, strerror(errno));
    r = assay_fs_write_all(fd, text, strlen(text));
    if (r == 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
        r = -errno;
    if (r == 0)
        r = assay_fs_sync_parent(path);
    if (r < 0) {
        unlink(path);
        return assay_error_set(err, r, "cannot write %s: %s", path, strerror(-r));
    }
    return 0;
}

int assay_minisign_secret_store(const struct assay_minisign_secret *secret, const char *path,
                                struct assay_error *err)
{
    char base64[ASSAY_BASE64_SIZE(sizeof(struct minisign_secret_wire))];
    char text[512], public_text[256], public_path[4096];
    struct assay_minisign_public public;
    int r;

    if (snprintf(public_path, sizeof(public_path), "%s.pub", path) >= (int)sizeof(public_path))
        return assay_error_set(err, ENAMETOOLONG, "the path %s is too long", path);
    assay_minisign_public_of(secret, &public);
    assay_minisign_public_format(&public, public_text);
    assay_base64_encode(&secret->wire, sizeof(secret->wire), base64);
    snprintf(text, sizeof(text), MINISIGN_COMMENT "assay signing key\n%s\n", base64);
    r = write_new(path, text, 0600, err);
    OPENSSL_cleanse(base64, sizeof(base64));
    OPENSSL_cleanse(text, sizeof(text));
    if (r < 0)
        return r;
    r = write_new(public_path, public_text, 0644, err);
    if (r < 0)
        unlink(path); /* half a pair is of no use, and the way must be free for the next try */
    return r;
}

void assay_minisign_public_of(const struct assay_minisign_secret *secret,
                              struct assay_minisign_public *ret)
{
    memcpy(ret->key_id, secret->wire.key_id, sizeof(ret->key_id));
    memcpy(ret->key, secret->wire.key + 32, sizeof(ret->key));
}

int assay_minisign_public_parse(const char *text, size_t len, struct assay_minisign_public *ret,
                                struct assay_error *err)
{
    struct minisign_public_wire wire;
    const char *line = text;
    size_t line_len = len;

    if (key_line(text, len, &line, &line_len) < 0) {
        line = text;
        line_len = len;
        while (line_len && (line[line_len - 1] == '\n' || line[line_len - 1] == '\r'))
            line_len--;
    }
    if (assay_base64_decode(line, line_len, &wire, sizeof(wire)) < 0 ||
        memcmp(wire.algorithm, "Ed", 2) != 0)
        return assay_error_set(err, EINVAL, "this is not a minisign public key");
    memcpy(ret->key_id, wire.key_id, sizeof(ret->key_id));
    memcpy(ret->key, wire.key, sizeof(ret->key));
    return 0;
}

void assay_minisign_public_format(const struct assay_minisign_public *key, char ret[256])
{
    struct minisign_public_wire wire = {.algorithm = {'E', 'd'}};
    char base64[ASSAY_BASE64_SIZE(sizeof(wire))], id[17];

    memcpy(wire.key_id, key->key_id, sizeof(wire.key_id));
    memcpy(wire.key, key->key, sizeof(wire.key));
    assay_base64_encode(&wire, sizeof(wire), base64);
    assay_minisign_key_id(key, id);
    snprintf(ret, 256, MINISIGN_COMMENT "minisign public key %s\n%s\n", id, base64);
}

void assay_minisign_key_id(const struct assay_minisign_public *key, char ret[17])
{
    for (int i = 0; i < 8; i++)
        snprintf(ret + (size_t)i * 2, 3, "%02X", key->key_id[7 - i]);
}
