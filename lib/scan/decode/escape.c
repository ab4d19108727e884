/* The escapes of JSON strings (RFC 8259) and of C strings (ISO C, 6.4.4.4): \u0041, \U00000041,
 * \x41, \101, \n, \", \/ and so on. Told by any of them but the ones that stand in plain program
 * text everywhere (\n, \t, \0, \\): a rule that cares for these says so itself. */
#include "scan/decode/sparse.h"

#include <string.h>

/* An escape at a "\": how many bytes it takes, 0 for none, and what it stands for. */
static size_t read_octal(const struct encoding_piece *piece, size_t at, int32_t *ret)
{
    size_t n = 0;

    *ret = 0;
    while (n < 3 && at + n < piece->len && piece->data[at + n] >= '0' && piece->data[at + n] <= '7')
        *ret = *ret << 3 | (piece->data[at + n++] - '0');
    return *ret > 255 ? 0 : n;
}

/* \uXXXX, with the second half of a surrogate pair where one follows. */
static size_t read_unicode(const struct encoding_piece *piece, size_t at, int32_t *ret)
{
    int32_t c = sparse_hex(piece, at + 2, 4), low;

    if (c < 0)
        return 0;
    *ret = c;
    if (c < 0xd800 || c >= 0xdc00 || piece->len - at < 12 ||
        memcmp(piece->data + at + 6, "\\u", 2) != 0)
        return 6;
    low = sparse_hex(piece, at + 8, 4);
    if (low < 0xdc00 || low >= 0xe000)
        return 6;
    *ret = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
    return 12;
}

/* Of the escape at `at` the bytes it takes, 0 for none; *ret is what it stands for: a character, or
 * (with *ret_byte) a byte. */
static size_t read_escape(const struct encoding_piece *piece, size_t at, int32_t *ret,
                          bool *ret_byte)
{
    static const char from[] = "nrtbf\"'\\/", to[] = "\n\r\t\b\f\"'\\/";
    const char *simple;
    uint8_t c;

    if (piece->data[at] != '\\' || piece->len - at < 2)
        return 0;
    c = piece->data[at + 1];
    *ret_byte = false;
    if (c == 'u')
        return read_unicode(piece, at, ret);
    if (c == 'U') {
        *ret = sparse_hex(piece, at + 2, 8);
        return *ret < 0 ? 0 : 10;
    }
    *ret_byte = true;
    if (c == 'x') {
        *ret = sparse_hex(piece, at + 2, 2);
        return *ret < 0 ? 0 : 4;
    }
    if (c >= '0' && c <= '7') {
        size_t n = read_octal(piece, at + 1, ret);

        return n ? n + 1 : 0;
    }
    simple = c ? strchr(from, c) : NULL;
    if (!simple)
        return 0;
    *ret = (uint8_t)to[simple - from];
    return 2;
}

static uint64_t tell(const struct encoding_block *block)
{
    return sparse_tell(block, '\\');
}

static bool begin(const struct encoding_piece *piece, size_t at, struct encoding_run *ret)
{
    int32_t c = 0;
    bool byte = false;
    size_t size = read_escape(piece, at, &c, &byte);

    if (size == 0 || (size == 2 && c != '"' && c != '/'))
        return false;
    if (size > 2 && (c < 0x20 || c == 0x7f))
        return false;
    sparse_begin(piece, at, ret);
    return true;
}

static size_t read_text(const struct encoding_piece *piece, size_t at, uint8_t *ret,
                        size_t *ret_len)
{
    int32_t c = 0;
    bool byte = false;
    size_t size = read_escape(piece, at, &c, &byte);

    if (size == 0)
        return 0;
    *ret = (uint8_t)c;
    *ret_len = byte ? 1 : encoding_put((uint32_t)c, ret);
    return size;
}

static size_t step(struct encoding_run *run, const struct encoding_piece *piece, size_t stop,
                   uint8_t *out, size_t cap)
{
    return sparse_step(run, piece, stop, out, cap, read_text);
}

const struct encoding encoding_escape = {.name = "escape",
                                         .sign = SIGN_ESCAPE,
                                         .sparse = true,
                                         .tell = tell,
                                         .begin = begin,
                                         .step = step};
