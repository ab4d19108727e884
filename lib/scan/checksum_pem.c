/* Private keys in text armour: RFC 7468, OpenSSH's PROTOCOL.key, RFC 4880. */
#include <string.h>

#include "scan/checksum.h"

/* The text behind the "-----BEGIN ...-----" line and its header lines ("Proc-Type: 4,ENCRYPTED",
 * RFC 1421), which end at a blank line. *ret_headers tells whether there were any. */
static const uint8_t *body_of(const uint8_t *secret, size_t *len, bool *ret_headers)
{
    const uint8_t *body = secret, *end = secret + *len;
    const uint8_t *begin = memmem(secret, *len, "-----BEGIN ", 11);

    *ret_headers = false;
    if (begin) {
        body = memmem(begin + 11, (size_t)(end - begin - 11), "-----", 5);
        if (!body)
            return NULL;
        body += 5;
    }
    for (;;) {
        const uint8_t *line = body, *stop, *colon;

        while (line < end && (*line == '\n' || *line == '\r' || *line == ' '))
            line++;
        stop = memchr(line, '\n', (size_t)(end - line));
        colon = memchr(line, ':', (size_t)((stop ? stop : end) - line));
        if (!stop || !colon)
            break;
        *ret_headers = true;
        body = stop + 1;
    }
    *len = (size_t)(end - body);
    return body;
}

/* True when `der` starts with a SEQUENCE whose stated length is that of the whole, give or take
 * what was not decoded (X.690, 8.1). */
static bool is_sequence(const uint8_t *der, size_t len, bool whole)
{
    size_t n, size = 0;

    if (len < 4 || der[0] != 0x30)
        return false;
    if (der[1] < 0x80)
        return !whole || der[1] + 2u == len;
    n = der[1] & 0x7f;
    if (n == 0 || n > 3)
        return false;
    for (size_t i = 0; i < n; i++)
        size = size << 8 | der[2 + i];
    return size >= 16 && (!whole || size + 2 + n == len);
}

bool checksum_pem(const uint8_t *secret, size_t len)
{
    static const char magic[] = "openssh-key-v1"; /* with its NUL */
    uint8_t decoded[8192];
    bool headers;
    const uint8_t *body = body_of(secret, &len, &headers);
    size_t n, used = 0;

    if (!body)
        return false;
    n = checksum_base64(body, len, decoded, sizeof(decoded), &used);
    if (n >= 64 && memcmp(decoded, magic, sizeof(magic)) == 0)
        return true;
    if (headers) /* encrypted the old way: the body has no structure */
        return n >= 48;
    /* Whole only when the armour's end was seen; a key cut off is a key as well. */
    return n >= 16 && is_sequence(decoded, n, used < len && n < sizeof(decoded));
}

/* Decodes an armoured OpenPGP block's beginning into `ret`; returns how much. */
static size_t pgp_decode(const uint8_t *secret, size_t len, uint8_t *ret, size_t size)
{
    bool headers;
    const uint8_t *body = body_of(secret, &len, &headers);

    return body ? checksum_base64(body, len, ret, size, NULL) : 0;
}

bool checksum_pgp_plain(const uint8_t *secret, size_t len)
{
    uint8_t decoded[4096];

    return checksum_pgp_packet_plain(decoded, pgp_decode(secret, len, decoded, sizeof(decoded)));
}

/* A key of a kind that cannot be followed to its end is taken for an encrypted one. */
bool checksum_pgp_encrypted(const uint8_t *secret, size_t len)
{
    uint8_t decoded[4096];
    size_t n = pgp_decode(secret, len, decoded, sizeof(decoded));

    /* Packet tag 5 (secret key), in the old or the new format: RFC 4880, 4.2. */
    return n >= 32 && ((decoded[0] & 0xfc) == 0x94 || decoded[0] == 0xc5) &&
           !checksum_pgp_packet_plain(decoded, n);
}
