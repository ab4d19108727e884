#include <assay/encode.h>

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include <assay/cleanup.h>

void assay_hex_encode(const void *data, size_t len, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i++) {
        *ret++ = digits[bytes[i] >> 4];
        *ret++ = digits[bytes[i] & 15];
    }
    *ret = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int assay_hex_decode(const char *text, void *ret, size_t len)
{
    uint8_t *out = ret;

    if (strlen(text) != 2 * len)
        return -EINVAL;
    for (size_t i = 0; i < 2 * len; i++)
        if (hex_digit(text[i]) < 0)
            return -EINVAL;
    for (size_t i = 0; i < len; i++)
        out[i] =
            (uint8_t)((unsigned)hex_digit(text[2 * i]) * 16 + (unsigned)hex_digit(text[2 * i + 1]));
    return 0;
}

void assay_base64_encode(const void *data, size_t len, char *ret)
{
    EVP_EncodeBlock((unsigned char *)ret, data, (int)len);
    ret[(len + 2) / 3 * 4] = '\0';
}

int assay_base64_decode(const char *text, size_t text_len, void *ret, size_t len)
{
    _cleanup_free_ unsigned char *out = NULL;
    _cleanup_free_ char *again = NULL;

    if (text_len != (len + 2) / 3 * 4 || text_len > 1 << 20)
        return -EINVAL;
    out = malloc(text_len + 3);
    again = malloc(text_len + 1);
    if (!out || !again)
        return -ENOMEM;
    if (EVP_DecodeBlock(out, (const unsigned char *)text, (int)text_len) < 0)
        return -EINVAL;
    /* EVP_DecodeBlock skips white space and ignores the bits behind the last byte; only the one
     * text that the bytes encode to is taken. */
    assay_base64_encode(out, len, again);
    if (memcmp(text, again, text_len) != 0)
        return -EINVAL;
    memcpy(ret, out, len);
    return 0;
}
