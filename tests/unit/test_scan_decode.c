/* Encoded text: every encoding, wherever it stands and however content is cut. */
#include "scan_fixture.h"

#include <assay/buf.h>

#include "scan/decode/classify.h"
#include "suite.h"

/* Made by Python's base64, binascii, urllib, json and codecs from the two texts below. */
#define SECRET "tok_4711081542"
#define TEXT "user=tim@corp.example key=" SECRET " end"

static struct fixture test_fixture(void)
{
    return fixture_new(
        json_pack("[o]", fixture_rule("a", "a.token", "(?<![A-Za-z0-9])tok_[0-9]{10}(?![0-9])")),
        json_pack("[{s:s, s:s}]", "kind", "email", "value", "tim@corp.example"));
}

/* --- encoders --------------------------------------------------------------------------------- */

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                  url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct wrapping {
    const char *alphabet, *line_end;
    size_t width; /* 0: one line */
    bool pad;
};

static void put_base64(struct assay_buf *buf, const void *data, size_t len,
                       const struct wrapping *how)
{
    const uint8_t *p = data;
    size_t column = 0;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0) |
                     (i + 2 < len ? p[i + 2] : 0);

        for (size_t n = 0; n < 4; n++) {
            char c = i + n > len ? '=' : how->alphabet[v >> (18 - 6 * n) & 63];

            if (c == '=' && !how->pad)
                continue;
            if (how->width && column == how->width) {
                assay_buf_append(buf, how->line_end, strlen(how->line_end));
                column = 0;
            }
            assay_buf_append(buf, &c, 1);
            column++;
        }
    }
}

static void put_hex(struct assay_buf *buf, const void *data, size_t len, const char *format)
{
    for (size_t i = 0; i < len; i++)
        assay_buf_printf(buf, format[0] == 'u' ? "%02X" : "%02x", ((const uint8_t *)data)[i]);
}

static void put_utf16(struct assay_buf *buf, const char *text, bool big)
{
    for (; *text; text++) {
        char unit[2] = {big ? 0 : *text, big ? *text : 0};

        assay_buf_append(buf, unit, 2);
    }
}

/* --- what is found ---------------------------------------------------------------------------- */

static json_t *found_in(const struct assay_buf *buf, size_t first, size_t piece)
{
    struct fixture fixture = test_fixture();
    struct scan_stream *stream = NULL;
    json_t *json;

    ck_assert_int_eq(scan_stream_open(fixture.engine, "", "file", &stream), 0);
    for (size_t at = 0, n = first; at < buf->len; at += n, n = piece) {
        n = n > buf->len - at ? buf->len - at : n;
        ck_assert_int_eq(scan_stream_feed(stream, buf->data + at, n, at), 0);
    }
    ck_assert_int_eq(scan_stream_close(stream), 0);
    json = fixture_json(&fixture);
    fixture_free(&fixture);
    return json;
}

static const json_t *finding_of(const json_t *json, const char *rule)
{
    const json_t *finding;
    size_t i;

    json_array_foreach(json, i, finding)
    {
        if (strcmp(assay_json_string(finding, "rule", ""), rule) == 0)
            return finding;
    }
    return NULL;
}

/* The token and the address are found once each, decoded as said, at the offset said. */
static void check_found(const struct assay_buf *buf, const char *decoded, int64_t offset)
{
    static const char *const rules[] = {"a.token", "identity.email"};
    json_t *json = found_in(buf, buf->len, buf->len);

    for (size_t i = 0; i < 2; i++) {
        const json_t *finding = finding_of(json, rules[i]);

        ck_assert_msg(finding, "%s not found: %s in %.*s", rules[i], decoded, (int)buf->len,
                      (const char *)buf->data);
        ck_assert_str_eq(assay_json_string(finding, "decoded", ""), decoded);
        ck_assert_int_eq(assay_json_int(finding, "place_count", 0), 1);
        ck_assert_int_eq(assay_json_int(finding, "offset", -2), offset);
    }
    ck_assert_uint_eq(json_array_size(json), 2);
    json_decref(json);
}

/* The same between other text, in a binary and alone. */
static void check_everywhere(const void *encoded, size_t len, const char *decoded)
{
    static const struct {
        const char *before, *behind;
        size_t before_len, behind_len;
    } around[] = {
        {"", "", 0, 0},
        {"data: ", "\n", 6, 1},
        {"<img a=\"", "\">", 8, 2},
        {"\x7f\x45\x4c\x46\x02\x01\x01\x00\x90\x90", "\xff\xff\x01", 10, 3},
    };

    for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++) {
        _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(1 << 20);

        assay_buf_append(&buf, around[i].before, around[i].before_len);
        assay_buf_append(&buf, encoded, len);
        assay_buf_append(&buf, around[i].behind, around[i].behind_len);
        check_found(&buf, decoded, (int64_t)around[i].before_len);
    }
}

START_TEST(utf16_is_decoded)
{
    for (int big = 0; big < 2; big++) {
        _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(4096);

        put_utf16(&buf, TEXT, big);
        /* ASCII right before big endian text might as well be its first character. */
        check_found(&buf, big ? "utf-16be" : "utf-16le", 0);
        if (!big)
            check_everywhere(buf.data, buf.len, "utf-16le");
    }
}
END_TEST

START_TEST(base64_is_decoded)
{
    static const struct wrapping ways[] = {
        {standard, "", 0, true},
        {standard, "", 0, false},
        {url_safe, "", 0, true},
        {url_safe, "", 0, false},
        {standard, "\n", 64, true},
        {standard, "\r\n", 76, true},
        {url_safe, "\n    ", 40, false},
        {standard, "\\n", 64, true},
        {standard, "\\n\"\n  \"", 60, true},
    };
    static const char text[] = "first comes some text that fills a line or two, and then " TEXT;

    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        for (size_t cut = 0; cut < 4; cut++) {
            _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(4096);

            put_base64(&buf, text + cut, sizeof(text) - 1 - cut, &ways[i]);
            check_everywhere(buf.data, buf.len, "base64");
        }
}
END_TEST

START_TEST(hex_is_decoded)
{
    _cleanup_buf_ struct assay_buf lower = ASSAY_BUF(4096), upper = ASSAY_BUF(4096);

    put_hex(&lower, TEXT, strlen(TEXT), "l");
    put_hex(&upper, TEXT, strlen(TEXT), "u");
    check_everywhere(lower.data, lower.len, "hex");
    check_everywhere(upper.data, upper.len, "hex");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {utf16_is_decoded, base64_is_decoded, hex_is_decoded, NULL};

    return suite_run("decode", tests, NULL, NULL);
}
