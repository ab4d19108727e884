#include "scan/checksum.h"

#include <openssl/evp.h>
#include <string.h>

#include <assay/json.h>

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

size_t checksum_base64(const uint8_t *text, size_t len, uint8_t *ret, size_t size, size_t *ret_used)
{
    uint32_t bits = 0;
    unsigned n_bits = 0;
    size_t out = 0, i;

    for (i = 0; i < len && out < size; i++) {
        int value;

        if (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t')
            continue;
        if (text[i] == '\\' && i + 1 < len && (text[i + 1] == 'n' || text[i + 1] == 'r')) {
            i++;
            continue;
        }
        value = base64_value(text[i]);
        if (value < 0)
            break;
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            ret[out++] = (uint8_t)(bits >> n_bits);
        }
    }
    if (ret_used)
        *ret_used = i;
    return out;
}

/* The last six characters are the CRC-32 of what stands between the prefix's "_" and them, in
 * base62 (0-9A-Za-z) with leading zeros: GitHub's "ghp_" and its siblings, npm's "npm_".
 * https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
static bool base62_crc32(const uint8_t *secret, size_t len)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const uint8_t *body = memchr(secret, '_', len);
    size_t body_len = body ? len - (size_t)(++body - secret) : 0;
    uint32_t crc;

    if (body_len <= 6)
        return false;
    crc = checksum_crc32(body, body_len - 6);
    for (size_t i = 0; i < 6; i++, crc /= 62)
        if (body[body_len - 1 - i] != (uint8_t)digits[crc % 62])
            return false;
    return true;
}

/* ISO/IEC 7812-1 annex B: card numbers; blanks and dashes are skipped. */
static bool luhn(const uint8_t *secret, size_t len)
{
    unsigned sum = 0, n = 0;

    for (size_t i = len; i-- > 0;) {
        unsigned digit = secret[i] - (unsigned)'0';

        if (secret[i] == ' ' || secret[i] == '-')
            continue;
        if (digit > 9)
            return false;
        if (n++ % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return n >= 12 && sum % 10 == 0;
}

/* ISO 13616: the first four characters behind the rest, letters as 10 to 35, is 1 modulo 97. */
static bool iban(const uint8_t *secret, size_t len)
{
    char text[40];
    size_t n = 0;
    unsigned rest = 0;

    for (size_t i = 0; i < len; i++) {
        if (secret[i] == ' ')
            continue;
        if (n == sizeof(text) - 1)
            return false;
        text[n++] = (char)secret[i];
    }
    for (size_t i = 0; i < n && n >= 15; i++) {
        char c = text[(i + 4) % n];

        if (c >= '0' && c <= '9')
            rest = (rest * 10 + (unsigned)(c - '0')) % 97;
        else if (c >= 'A' && c <= 'Z')
            rest = (rest * 100 + (unsigned)(c - 'A' + 10)) % 97;
        else
            return false;
    }
    return rest == 1;
}

/* RFC 7519: the first two parts are JSON objects in base64url, the first names an algorithm. */
static bool jwt(const uint8_t *secret, size_t len)
{
    uint8_t decoded[8192];
    const uint8_t *part = secret, *end = secret + len;

    for (int i = 0; i < 2; i++) {
        const uint8_t *dot = memchr(part, '.', (size_t)(end - part));
        struct assay_error err;
        _cleanup_json_ json_t *json = NULL;
        size_t n;

        if (!dot)
            return false;
        n = checksum_base64(part, (size_t)(dot - part), decoded, sizeof(decoded), NULL);
        if (assay_json_parse(decoded, n, "jwt", &json, &err) < 0 || !json_is_object(json) ||
            (i == 0 && !json_is_string(json_object_get(json, "alg"))))
            return false;
        part = dot + 1;
    }
    return true;
}

/* Four letters, then 16 characters of RFC 4648's base32 that begin with the account's number.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
static bool aws_key_id(const uint8_t *secret, size_t len)
{
    if (len != 20)
        return false;
    for (size_t i = 4; i < len; i++)
        if (!((secret[i] >= 'A' && secret[i] <= 'Z') || (secret[i] >= '2' && secret[i] <= '7')))
            return false;
    return true;
}

/* Both cases of letters and digits, and no words: what 40 random characters of base64 look like and
 * a path or a hexadecimal digest does not. */
static bool mixed_base64(const uint8_t *secret, size_t len)
{
    bool upper = false, lower = false, digit = false;

    for (size_t i = 0; i < len; i++) {
        upper |= secret[i] >= 'A' && secret[i] <= 'Z';
        lower |= secret[i] >= 'a' && secret[i] <= 'z';
        digit |= secret[i] >= '0' && secret[i] <= '9';
    }
    return upper && lower && digit;
}

static bool base64_of(const uint8_t *secret, size_t len, size_t want)
{
    uint8_t decoded[128];

    return checksum_base64(secret, len, decoded, sizeof(decoded), NULL) == want;
}

/* A WireGuard key: 32 bytes. */
static bool base64_32(const uint8_t *secret, size_t len)
{
    return base64_of(secret, len, 32);
}

/* A Nix signing key, "NAME:BASE64" or the base64 alone: an Ed25519 seed and the public key that
 * belongs to it, which tells it from a signature. RFC 8032, 5.1.5. */
static bool nix_secret_key(const uint8_t *secret, size_t len)
{
    const uint8_t *colon = memrchr(secret, ':', len);
    size_t skip = colon ? (size_t)(colon + 1 - secret) : 0, size = 32;
    uint8_t decoded[128], public[32];
    EVP_PKEY *key = NULL;
    bool good;

    if (checksum_base64(secret + skip, len - skip, decoded, sizeof(decoded), NULL) != 64)
        return false;
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, decoded, 32);
    good = key && EVP_PKEY_get_raw_public_key(key, public, &size) == 1 && size == 32 &&
           memcmp(public, decoded + 32, 32) == 0;
    EVP_PKEY_free(key);
    explicit_bzero(decoded, sizeof(decoded));
    return good;
}

/* BIP 173: the checksum over prefix and data is 1. age's keys are written so. */
static bool bech32(const uint8_t *secret, size_t len)
{
    static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
    const uint8_t *one = memrchr(secret, '1', len);
    size_t prefix = one ? (size_t)(one - secret) : 0, steps;
    uint32_t check = 1;

    if (prefix == 0 || len - prefix < 7) /* "1" and six characters of checksum */
        return false;
    steps = 2 * prefix + 1 + (len - prefix - 1);
    for (size_t i = 0; i < steps; i++) {
        size_t at = i < prefix ? i : i == prefix ? 0 : i - prefix - 1;
        uint8_t c = i > 2 * prefix ? secret[prefix + 1 + (i - 2 * prefix - 1)] : secret[at];
        uint32_t value, top = check >> 25;
        const char *digit;

        c = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
        digit = c ? strchr(digits, c) : NULL;
        if (i > 2 * prefix && !digit)
            return false;
        value = i < prefix        ? c >> 5
                : i == prefix     ? 0
                : i <= 2 * prefix ? c & 31u
                                  : (uint32_t)(digit - digits);
        check = (check & 0x1ffffff) << 5 ^ value;
        for (int bit = 0; bit < 5; bit++)
            check ^= top >> bit & 1 ? generator[bit] : 0;
    }
    return check == 1;
}

/* RFC 7617: base64 of "user:password", both printable. */
static bool basic_auth(const uint8_t *secret, size_t len)
{
    uint8_t decoded[1024];
    size_t n = checksum_base64(secret, len, decoded, sizeof(decoded), NULL);
    const uint8_t *colon = memchr(decoded, ':', n);
    bool good = colon && colon > decoded && colon + 1 < decoded + n;

    for (size_t i = 0; i < n && good; i++)
        good = decoded[i] >= 0x20 && decoded[i] != 0x7f;
    explicit_bzero(decoded, sizeof(decoded));
    return good;
}

static const struct checksum table[] = {
    {"github-crc32", base62_crc32, false},
    {"npm-crc32", base62_crc32, false},
    {"luhn", luhn, false},
    {"iban", iban, false},
    {"jwt", jwt, false},
    {"basic-auth", basic_auth, false},
    {"aws-key-id", aws_key_id, false},
    {"mixed-base64", mixed_base64, true},
    {"base64-32", base64_32, false},
    {"nix-secret-key", nix_secret_key, false},
    {"bech32", bech32, false},
    {"pem", checksum_pem, false},
    {"pgp-plain", checksum_pgp_plain, false},
    {"pgp-encrypted", checksum_pgp_encrypted, false},
    {"pgp-packet-plain", checksum_pgp_packet_plain, false},
    {"pgp-packet-encrypted", checksum_pgp_packet_encrypted, false},
    {"ssh2-plain", checksum_ssh2_plain, false},
    {"ssh2-encrypted", checksum_ssh2_encrypted, false},
    {"keytab", checksum_keytab, false},
    {"minisign", checksum_minisign, false},
    {"bip32", checksum_bip32, false},
    {"crypt", checksum_crypt, false},
    {"gitlab-crc32", checksum_gitlab, false},
    {"grafana-crc32", checksum_grafana, false},
    {"discord-id", checksum_discord, false},
    {"base64-json", checksum_base64_json, false},
    {"cisco7", checksum_cisco7, false},
    {"random", checksum_random, true},
    {"password", checksum_password, true},
};

const struct checksum *checksum_find(const char *name)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

int checksum_names(struct assay_buf *ret)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(table) / sizeof(*table); i++)
        r = assay_buf_printf(ret, "%s%s", i ? ", " : "", table[i].name);
    return r;
}
