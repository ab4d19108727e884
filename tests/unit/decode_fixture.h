/* What the tests of the decoders share: encoders, and what must be found in what they make. */
#ifndef ASSAY_TESTS_DECODE_FIXTURE_H
#define ASSAY_TESTS_DECODE_FIXTURE_H

#include <assay/buf.h>
#include <isa-l/igzip_lib.h>

#include "scan/stream.h"
#include "scan_fixture.h"

#define SECRET "tok_4711081542"
#define TEXT "user=tim@corp.example key=" SECRET " end"

static inline struct fixture test_fixture(void)
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

static inline void put_base64(struct assay_buf *buf, const void *data, size_t len,
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

static inline void put_hex(struct assay_buf *buf, const void *data, size_t len, const char *format)
{
    for (size_t i = 0; i < len; i++)
        assay_buf_printf(buf, format[0] == 'u' ? "%02X" : "%02x", ((const uint8_t *)data)[i]);
}

static inline void put_utf16(struct assay_buf *buf, const char *text, bool big)
{
    for (; *text; text++) {
        char unit[2] = {big ? 0 : *text, big ? *text : 0};

        assay_buf_append(buf, unit, 2);
    }
}

/* gzip or zlib, by ISA-L. */
static inline void put_packed(struct assay_buf *buf, const void *data, size_t len, bool zlib)
{
    static uint8_t level[ISAL_DEF_LVL1_DEFAULT];
    static struct isal_zstream stream;

    isal_deflate_init(&stream);
    stream.level = 1;
    stream.level_buf = level;
    stream.level_buf_size = sizeof(level);
    stream.gzip_flag = zlib ? IGZIP_ZLIB : IGZIP_GZIP;
    stream.end_of_stream = 1;
    stream.next_in = (uint8_t *)(uintptr_t)data; /* ISA-L only reads it */
    stream.avail_in = (uint32_t)len;
    do {
        uint8_t out[65536];

        stream.next_out = out;
        stream.avail_out = sizeof(out);
        ck_assert_int_eq(isal_deflate(&stream), COMP_OK);
        assay_buf_append(buf, out, sizeof(out) - stream.avail_out);
    } while (stream.avail_out == 0);
}

/* How most of them are wrapped. */
static const struct wrapping plain = {standard, "", 0, true}, lines = {standard, "\n", 76, true};

/* The text in every encoding, as `n` of them. */
#define ENCODED 9

static inline void put_encoded(struct assay_buf *buf, size_t n)
{
    static const struct wrapping wrapped = {url_safe, "\r\n  ", 64, false};
    _cleanup_buf_ struct assay_buf inner = ASSAY_BUF(1 << 16);

    switch (n) {
    case 0:
        put_utf16(buf, TEXT, false);
        break;
    case 1:
        put_utf16(buf, TEXT, true);
        break;
    case 2:
        put_base64(buf, TEXT, strlen(TEXT), &plain);
        break;
    case 3:
        put_base64(buf, TEXT, strlen(TEXT), &wrapped);
        break;
    case 4:
        put_hex(buf, TEXT, strlen(TEXT), "u");
        break;
    case 5:
        assay_buf_printf(buf, "m=tim%%40corp.example&k=tok%%5F4711081542;");
        break;
    case 6:
        assay_buf_printf(buf, "\"m\": \"tim\\u0040corp.example\", \"k\": \"tok\\1374711081542\"");
        break;
    case 7:
        put_base64(&inner, TEXT, strlen(TEXT), &plain);
        put_base64(buf, inner.data, inner.len, &wrapped);
        break;
    default:
        put_packed(&inner, TEXT, strlen(TEXT), false);
        put_base64(buf, inner.data, inner.len, &plain);
    }
}

/* --- what is found ---------------------------------------------------------------------------- */

static struct fixture shared;

static inline void free_shared(void)
{
    fixture_free(&shared);
}

/* By an engine that is made once, since making one takes longer than most of the content. */
static inline json_t *found_in(const struct assay_buf *buf, size_t first, size_t piece)
{
    struct fixture fixture = {.findings = findings_new(fixture_key)};
    struct scan_stream *stream = NULL;
    json_t *json;

    if (!shared.engine) {
        shared = test_fixture();
        atexit(free_shared);
    }
    shared.engine->findings = fixture.findings;
    ck_assert_int_eq(scan_stream_open(shared.engine, "", "file", &stream), 0);
    for (size_t at = 0, n = first; at < buf->len; at += n, n = piece) {
        n = n > buf->len - at ? buf->len - at : n;
        ck_assert_int_eq(scan_stream_feed(stream, buf->data + at, n, at), 0);
    }
    ck_assert_int_eq(scan_stream_close(stream), 0);
    json = fixture_json(&fixture);
    findings_free(fixture.findings);
    return json;
}

static inline const json_t *finding_of(const json_t *json, const char *rule)
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
static inline void check_found(const struct assay_buf *buf, const char *decoded, int64_t offset)
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
static inline void check_everywhere(const void *encoded, size_t len, const char *decoded)
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

#endif
