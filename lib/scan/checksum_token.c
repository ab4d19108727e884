/* Checks of tokens whose makers put something testable into them. */
#include <string.h>

#include <assay/encode.h>
#include <assay/json.h>

#include "scan/checksum.h"

#define JSON_MAX 8192

uint32_t checksum_crc32(const uint8_t *bytes, size_t len)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* Whether `digits` is `value` in `base`, with leading zeros, in digits and lower-case letters. */
static bool is_number(const uint8_t *digits, size_t len, uint32_t value, uint32_t base)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyz";

    for (size_t i = len; i-- > 0; value /= base)
        if (digits[i] != (uint8_t)alphabet[value % base])
            return false;
    return value == 0;
}

/* GitLab's routable tokens end in ".LLCCCCCCC" or ".VV.LLCCCCCCC": version, length of the payload
 * and CRC-32 of all before it, in base 36. Tokens without a dot carry no check.
 * https://docs.gitlab.com/security/tokens/ and lib/authn/token_field/generator/routable_token.rb */
bool checksum_gitlab(const uint8_t *secret, size_t len)
{
    const uint8_t *dot = memchr(secret, '.', len), *dash = memchr(secret, '-', len);
    const uint8_t *last = memrchr(secret, '.', len);

    if (!dash || len < 5 || memcmp(secret, "gl", 2) != 0)
        return false;
    if (!dot)
        return true;
    if (dash > dot || secret + len - last != 10)
        return false;
    return is_number(last + 1, 2, (uint32_t)(dot - dash - 1), 36) &&
           is_number(last + 3, 7, checksum_crc32(secret, len - 7), 36);
}

/* Grafana's "glsa_SECRET_CHECKSUM": the CRC-32 of what stands before it, its bytes in reverse
 * order, in hexadecimal. https://github.com/grafana/grafana pkg/components/satokengen/tokengen.go
 */
bool checksum_grafana(const uint8_t *secret, size_t len)
{
    uint32_t crc = len > 9 ? checksum_crc32(secret, len - 9) : 0;
    uint8_t bytes[] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16),
                       (uint8_t)(crc >> 24)};
    char hex[9];

    assay_hex_encode(bytes, sizeof(bytes), hex);
    return len > 9 && memcmp(secret + len - 8, hex, 8) == 0;
}

/* A Discord token begins with its account's number, 17 to 20 digits, in base64.
 * https://docs.discord.com/developers/reference#snowflakes */
bool checksum_discord(const uint8_t *secret, size_t len)
{
    const uint8_t *dot = memchr(secret, '.', len);
    uint8_t digits[32];
    size_t n =
        dot ? checksum_base64(secret, (size_t)(dot - secret), digits, sizeof(digits), NULL) : 0;

    for (size_t i = 0; i < n; i++)
        if (digits[i] < '0' || digits[i] > '9')
            return false;
    return n >= 17 && n <= 20;
}

static bool is_json(const uint8_t *text, size_t len)
{
    uint8_t decoded[JSON_MAX];
    _cleanup_json_ json_t *json = NULL;
    struct assay_error err;
    size_t n = checksum_base64(text, len, decoded, sizeof(decoded), NULL);
    bool good = assay_json_parse(decoded, n, "token", &json, &err) == 0 && json_is_object(json);

    explicit_bzero(decoded, sizeof(decoded));
    return good;
}

/* The base64 that begins with "eyJ" ('{"') is a JSON object: 1Password's "ops_", Grafana Cloud's
 * "glc_", cloudflared's tokens; with a random part behind a "_", as in Sentry's "sntrys_". */
bool checksum_base64_json(const uint8_t *secret, size_t len)
{
    const uint8_t *start = memmem(secret, len, "eyJ", 3), *end;
    size_t size = start ? (size_t)(secret + len - start) : 0;

    if (!start)
        return false;
    end = memrchr(start, '_', size);
    return is_json(start, size) || (end && is_json(start, (size_t)(end - start)));
}
