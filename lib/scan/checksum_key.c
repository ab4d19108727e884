/* Private keys in forms of their own: OpenPGP packets, SSH2, keytabs, minisign, BIP 32. */
#include <openssl/evp.h>
#include <string.h>

#include "scan/checksum.h"

static uint32_t u16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t u32(const uint8_t *p)
{
    return u16(p) << 16 | u16(p + 2);
}

/* Steps over `n` multiprecision integers (two bytes of length in bits, RFC 4880, 3.2). Returns what
 * follows, or NULL. */
static const uint8_t *skip_integers(const uint8_t *at, const uint8_t *end, unsigned n)
{
    for (; n > 0; n--) {
        size_t bits;

        if (end - at < 2)
            return NULL;
        bits = u16(at);
        if (bits < 8 || bits > 16384 || (size_t)(end - at - 2) < (bits + 7) / 8)
            return NULL;
        at += 2 + (bits + 7) / 8;
    }
    return at;
}

/* Where the public part of a key of `algorithm` ends: RFC 4880, 5.5.2; RFC 9580, 5.5.5. */
static const uint8_t *skip_public(const uint8_t *at, const uint8_t *end, unsigned algorithm)
{
    switch (algorithm) {
    case 1: /* RSA, in its three uses */
    case 2:
    case 3:
        return skip_integers(at, end, 2);
    case 16: /* Elgamal */
        return skip_integers(at, end, 3);
    case 17: /* DSA */
        return skip_integers(at, end, 4);
    case 19: /* ECDSA */
    case 22: /* EdDSA: the curve's identifier, then a point */
        return at < end && end - at > *at ? skip_integers(at + 1 + *at, end, 1) : NULL;
    default:
        return NULL;
    }
}

/* The byte that tells how the secret part of the secret-key packet at `packet` is protected: 0 not
 * at all (RFC 4880, 5.5.3). -1 where this is no such packet. */
static int pgp_usage(const uint8_t *packet, size_t len)
{
    const uint8_t *end = packet + len, *at = packet + 1;

    if (len < 16)
        return -1;
    if (packet[0] == 0x94 || packet[0] == 0x95 || packet[0] == 0x96) /* 4.2.1: 1, 2, 4 bytes */
        at += 1u << (packet[0] & 3);
    else if (packet[0] == 0xc5) /* 4.2.2 */
        at += packet[1] < 192 ? 1 : packet[1] < 224 ? 2 : 5;
    else
        return -1;
    if (end - at < 8 || at[0] != 4)
        return -1;
    at = skip_public(at + 6, end, at[5]);
    return at && at < end ? *at : -1;
}

bool checksum_pgp_packet_plain(const uint8_t *secret, size_t len)
{
    return pgp_usage(secret, len) == 0;
}

bool checksum_pgp_packet_encrypted(const uint8_t *secret, size_t len)
{
    return pgp_usage(secret, len) >= 253;
}

/* What SSH Communications Security's keys say of their cipher. Behind the armour's header lines:
 * a magic number, the length of all, the key's type, the cipher's name; strings are a length and
 * so many bytes (as PuTTY reads them, import.c). Returns the name's length and the name. */
static size_t ssh2_cipher(const uint8_t *secret, size_t len, char ret[32])
{
    uint8_t decoded[256];
    const uint8_t *line = secret, *end = secret + len, *stop;
    size_t n, type, size;

    while ((stop = memchr(line, '\n', (size_t)(end - line))) &&
           memchr(line, ':', (size_t)(stop - line)))
        line = stop + 1;
    n = checksum_base64(line, (size_t)(end - line), decoded, sizeof(decoded), NULL);
    if (n < 32 || u32(decoded) != 0x3f6ff9eb)
        return 0;
    type = u32(decoded + 8);
    if (type > 128 || n < 12 + type + 4)
        return 0;
    size = u32(decoded + 12 + type);
    if (size == 0 || size > 31 || n < 16 + type + size)
        return 0;
    memcpy(ret, decoded + 16 + type, size);
    ret[size] = '\0';
    return size;
}

bool checksum_ssh2_plain(const uint8_t *secret, size_t len)
{
    char cipher[32];

    return ssh2_cipher(secret, len, cipher) > 0 && strcmp(cipher, "none") == 0;
}

bool checksum_ssh2_encrypted(const uint8_t *secret, size_t len)
{
    char cipher[32];

    return ssh2_cipher(secret, len, cipher) > 0 && strcmp(cipher, "none") != 0;
}

static bool is_text(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return len > 0;
}

/* The first entry of a keytab of version 2: its length; then counted: realm and components of the
 * principal; name type, time and version, 9 bytes; key type and key.
 * https://web.mit.edu/kerberos/krb5-latest/doc/formats/keytab_file_format.html */
bool checksum_keytab(const uint8_t *secret, size_t len)
{
    size_t at = 8, names, size;

    if (len < 32 || u16(secret) != 0x0502 || u32(secret + 2) < 20 || u32(secret + 2) > 4096)
        return false;
    names = u16(secret + 6) + 1u; /* the realm comes first */
    if (names < 2 || names > 8)
        return false;
    for (; names > 0; names--) {
        if (len - at < 2)
            return false;
        size = u16(secret + at);
        if (len - at - 2 < size || !is_text(secret + at + 2, size))
            return false;
        at += 2 + size;
    }
    if (len - at < 13)
        return false;
    size = u16(secret + at + 11);
    return u16(secret + at + 9) <= 32 && (size == 8 || size == 16 || size == 24 || size == 32);
}

/* An Ed25519 key as minisign, signify and OpenBSD keep it: seed and public key. RFC 8032, 5.1.5. */
static bool is_pair(const uint8_t pair[64])
{
    uint8_t public[32];
    size_t size = sizeof(public);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, pair, 32);
    bool good = key && EVP_PKEY_get_raw_public_key(key, public, &size) == 1 &&
                size == sizeof(public) && memcmp(public, pair + 32, 32) == 0;

    EVP_PKEY_free(key);
    return good;
}

/* minisign's key without a password has 158 bytes, 62 of them before the pair; signify's 104 and
 * 40. https://jedisct1.github.io/minisign/, signify(1) of OpenBSD */
bool checksum_minisign(const uint8_t *secret, size_t len)
{
    uint8_t decoded[160];
    size_t n = checksum_base64(secret, len, decoded, sizeof(decoded), NULL);
    bool good = (n == 158 && is_pair(decoded + 62)) || (n == 104 && is_pair(decoded + 40));

    explicit_bzero(decoded, sizeof(decoded));
    return good;
}

/* Base58 with four bytes of a double SHA-256 behind 78 bytes of key: BIP 32. */
bool checksum_bip32(const uint8_t *secret, size_t len)
{
    static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    uint8_t bytes[82] = {0}, digest[32];
    bool good;

    for (size_t i = 0; i < len; i++) {
        const char *digit = secret[i] ? strchr(digits, secret[i]) : NULL;
        unsigned carry;

        if (!digit)
            return false;
        carry = (unsigned)(digit - digits);
        for (size_t j = sizeof(bytes); j-- > 0;) {
            carry += 58u * bytes[j];
            bytes[j] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    good = EVP_Digest(bytes, 78, digest, NULL, EVP_sha256(), NULL) == 1 &&
           EVP_Digest(digest, 32, digest, NULL, EVP_sha256(), NULL) == 1 &&
           memcmp(digest, bytes + 78, 4) == 0;
    explicit_bzero(bytes, sizeof(bytes));
    return good;
}
