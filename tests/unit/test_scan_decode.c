/* Encoded text: every encoding, wherever it stands and however content is cut. */
#include "scan_fixture.h"

#include <assay/buf.h>
#include <isa-l/igzip_lib.h>

#include "scan/decode/classify.h"
#include "scan/stream.h"
#include "suite.h"

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

/* gzip or zlib, by ISA-L. */
static void put_packed(struct assay_buf *buf, const void *data, size_t len, bool zlib)
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

/* --- what is found ---------------------------------------------------------------------------- */

static struct fixture shared;

static void free_shared(void)
{
    fixture_free(&shared);
}

/* By an engine that is made once, since making one takes longer than most of the content. */
static json_t *found_in(const struct assay_buf *buf, size_t first, size_t piece)
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

/* In one line, whose beginning is where the run is said to be. */
static void check_line(const char *line, size_t len, const char *decoded)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(1 << 20);

    assay_buf_printf(&buf, "first line\n");
    assay_buf_append(&buf, line, len);
    assay_buf_printf(&buf, "\nlast line\n");
    check_found(&buf, decoded, 11);
}

START_TEST(percent_encoding_and_escapes_are_decoded)
{
    static const struct {
        const char *line, *decoded;
    } lines[] = {
        {"GET /?mail=tim%40corp.example&key=tok%5F4711081542", "percent"},
        {"u=%74%69%6d%40%63%6F%72%70%2e%65%78%61%6d%70%6c%65&k=tok_47110%381542", "percent"},
        {"{\"mail\": \"tim\\u0040corp.example\", \"key\": \"tok\\u005f4711081542\"}", "escape"},
        {"x = \"tim\\x40corp.example tok\\x5F4711081542\";", "escape"},
        {"x = \"tim\\100corp.example tok\\1374711081542\";", "escape"},
        {"L\"tim\\U00000040corp.example tok\\U0000005f4711081542\"", "escape"},
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        check_line(lines[i].line, strlen(lines[i].line), lines[i].decoded);
}
END_TEST

/* What stands in JSON within JSON, or in JSON as PHP writes it. */
START_TEST(quotes_and_slashes_are_decoded)
{
    static const char *const texts[] = {
        "{\"value\": \"{\\\"password\\\": \\\"tr0ub4dor!\\\"}\"}",
        ("{\"value\": \"{\\\"a\\\": \\\"{\\\\\\\"password\\\\\\\": "
         "\\\\\\\"tr0ub4dor!\\\\\\\"}\\\"}\"}"),
        "{\"url\": \"https:\\/\\/hooks.example\\/services\\/T0/password=\\\"tr0ub4dor!\\\"\"}",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct fixture fixture = fixture_new(
            json_pack("[o]", fixture_rule("a", "a.password",
                                          "password\"?(?:: |=)\"(?<secret>[^\"\\\\]{8,20})\"")),
            NULL);

        fixture_scan(&fixture, "file", texts[i], strlen(texts[i]), 0);
        ck_assert_msg(fixture_places(&fixture) == 1, "%s", texts[i]);
        fixture_free(&fixture);
    }
}
END_TEST

/* --- one within another ----------------------------------------------------------------------- */

static const struct wrapping plain = {standard, "", 0, true}, lines = {standard, "\n", 76, true};

START_TEST(two_encodings_are_undone)
{
    _cleanup_buf_ struct assay_buf one = ASSAY_BUF(1 << 16), two = ASSAY_BUF(1 << 16),
                                   three = ASSAY_BUF(1 << 16);
    json_t *json;

    put_base64(&one, TEXT, strlen(TEXT), &lines);
    put_base64(&two, one.data, one.len, &lines);
    check_everywhere(two.data, two.len, "base64 \xe2\x96\xb8 base64");
    put_base64(&three, two.data, two.len, &lines);
    json = found_in(&three, three.len, three.len);
    ck_assert_uint_eq(json_array_size(json), 0); /* as deep as it goes */
    json_decref(json);

    one.len = two.len = 0;
    put_hex(&one, TEXT, strlen(TEXT), "l");
    put_base64(&two, one.data, one.len, &plain);
    check_everywhere(two.data, two.len, "base64 \xe2\x96\xb8 hex");

    one.len = two.len = 0;
    put_utf16(&one, TEXT, false);
    put_base64(&two, one.data, one.len, &plain); /* PowerShell's -EncodedCommand */
    check_everywhere(two.data, two.len, "base64 \xe2\x96\xb8 utf-16le");
    two.len = 0;
    put_hex(&two, one.data, one.len, "u");
    check_everywhere(two.data, two.len, "hex \xe2\x96\xb8 utf-16le");

    one.len = two.len = 0;
    put_base64(&one, TEXT, strlen(TEXT), &plain);
    assay_buf_append(&one, "\0", 1);
    put_utf16(&two, (const char *)one.data, false);
    check_everywhere(two.data, two.len, "utf-16le \xe2\x96\xb8 base64");
}
END_TEST

START_TEST(gzip_and_zlib_are_unpacked)
{
    for (int zlib = 0; zlib < 2; zlib++) {
        _cleanup_buf_ struct assay_buf packed = ASSAY_BUF(1 << 16), text = ASSAY_BUF(1 << 16),
                                       twice = ASSAY_BUF(1 << 16);

        put_packed(&packed, TEXT, strlen(TEXT), zlib);
        put_base64(&text, packed.data, packed.len, &plain);
        check_everywhere(text.data, text.len,
                         zlib ? "base64 \xe2\x96\xb8 zlib" : "base64 \xe2\x96\xb8 gzip");
        put_base64(&twice, text.data, text.len, &lines); /* as Helm keeps its releases */
        check_everywhere(twice.data, twice.len,
                         zlib ? "base64 \xe2\x96\xb8 base64 \xe2\x96\xb8 zlib"
                              : "base64 \xe2\x96\xb8 base64 \xe2\x96\xb8 gzip");
    }
}
END_TEST

START_TEST(a_bomb_is_unaudited)
{
    const size_t size = 96u << 20;
    uint8_t *zeros = calloc(1, size);
    _cleanup_buf_ struct assay_buf packed = ASSAY_BUF(8u << 20), text = ASSAY_BUF(8u << 20);
    json_t *json;

    ck_assert_ptr_nonnull(zeros);
    put_packed(&packed, zeros, size, false);
    put_base64(&text, packed.data, packed.len, &plain);
    json = found_in(&text, text.len, 100000);
    ck_assert_uint_eq(json_array_size(json), 1);
    ck_assert_ptr_nonnull(finding_of(json, "unaudited.decoded"));
    json_decref(json);
    free(zeros);
}
END_TEST

/* --- where it stands -------------------------------------------------------------------------- */

/* The text in every encoding, as `n` of them. */
#define ENCODED 9

static void put_encoded(struct assay_buf *buf, size_t n)
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

#define ROOM (300u << 10) /* more than a window */

/* `encoded` at `at` of ROOM bytes of something else. */
static void put_room(struct assay_buf *buf, const struct assay_buf *encoded, size_t at)
{
    for (size_t i = 0; i < ROOM; i++) {
        char c = i % 50 == 49 ? '\n' : ".;:, "[i % 5];

        if (i == at) {
            assay_buf_append(buf, encoded->data, encoded->len);
            i += encoded->len;
            c = '\n';
        }
        assay_buf_append(buf, &c, 1);
    }
}

/* Windows end where their offset says so; every byte of a run stands at such an edge once. */
START_TEST(a_run_may_stand_anywhere)
{
    for (size_t n = 0; n < ENCODED; n++) {
        _cleanup_buf_ struct assay_buf encoded = ASSAY_BUF(1 << 16);

        put_encoded(&encoded, n);
        for (size_t back = 0; back <= encoded.len + 3; back += n == 1 ? 2 : 1) {
            _cleanup_buf_ struct assay_buf room = ASSAY_BUF(1 << 20);
            json_t *json;

            put_room(&room, &encoded, STREAM_WINDOW - back);
            json = found_in(&room, 100000 + back, 7000 + back);
            ck_assert_msg(json_array_size(json) == 2, "encoding %zu, %zu bytes before", n, back);
            json_decref(json);
        }
    }
}
END_TEST

START_TEST(a_run_may_be_cut_anywhere)
{
    for (size_t n = 0; n < ENCODED; n++) {
        _cleanup_buf_ struct assay_buf encoded = ASSAY_BUF(1 << 16), text = ASSAY_BUF(1 << 16);
        json_t *whole;

        put_encoded(&encoded, n);
        assay_buf_printf(&text, n < 2 ? "\x01\x02\x03\x04" : "  = ");
        assay_buf_append(&text, encoded.data, encoded.len);
        assay_buf_printf(&text, "\n");
        whole = found_in(&text, text.len, text.len);
        ck_assert_uint_eq(json_array_size(whole), 2);
        for (size_t first = 1; first < text.len; first++) {
            json_t *cut = found_in(&text, first, 1 + (first * 7) % 60);

            ck_assert_msg(json_equal(whole, cut), "encoding %zu, cut at %zu", n, first);
            json_decref(cut);
        }
        json_decref(whole);
    }
}
END_TEST

/* Runs that are longer than any window, with the text far inside of them. */
START_TEST(a_run_may_be_long)
{
    static const char *const decoded[] = {"utf-16le", "utf-16be", "base64", "base64",
                                          "hex",      "percent",  "escape"};

    for (size_t n = 0; n < sizeof(decoded) / sizeof(*decoded); n++) {
        _cleanup_buf_ struct assay_buf text = ASSAY_BUF(1 << 20), buf = ASSAY_BUF(4 << 20);

        for (size_t i = 0; i < 12000; i++)
            assay_buf_printf(&text, i == 11000 ? " " TEXT " "
                                    : n < 5    ? "some words "
                                               : "some-words,");
        if (n < 2)
            put_utf16(&buf, (const char *)text.data, n == 1);
        else if (n < 4)
            put_base64(&buf, text.data, text.len, n == 2 ? &plain : &lines);
        else if (n == 4)
            put_hex(&buf, text.data, text.len, "l");
        for (size_t i = 0; n > 4 && i < text.len; i++)
            assay_buf_printf(&buf,
                             text.data[i] == '@' || text.data[i] == '_' || i % 40 == 0
                                 ? (n == 5 ? "%%%02x" : "\\u%04x")
                                 : "%c",
                             text.data[i]);
        check_found(&buf, decoded[n], 0);
    }
}
END_TEST

/* --- what is not found ------------------------------------------------------------------------ */

START_TEST(what_is_not_encoded_is_left_alone)
{
#define TEXT_AND_LEN(text)     \
    {                          \
        text, sizeof(text) - 1 \
    }
    static const struct {
        const char *text;
        size_t len;
    } texts[] = {
        /* Strings on both sides of a NUL, in UTF-16 as well. */
        TEXT_AND_LEN("tok_4711\0"
                     "081542"),
        TEXT_AND_LEN("s\0o\0m\0e\0 \0t\0e\0x\0t\0 \0t\0o\0k\0_\0"
                     "4\0"
                     "7\0"
                     "1\0"
                     "1\0"
                     "\0\0"
                     "0\0"
                     "8\0"
                     "1\0"
                     "5\0"
                     "4\0"
                     "2\0"
                     "e\0n\0d\0o\0f\0i\0t\0!"),
        /* A word of another line is no part of base64, nor are digits of hex. */
        TEXT_AND_LEN("c29tZSB0ZXh0IGFuZCB0b2tfNDcxMTA4\n: MTU0Mg=="),
        TEXT_AND_LEN("736f6d65207465787420746f6b5f34373131303831: 353432"),
        /* No escapes. */
        TEXT_AND_LEN("100% tok%5 4711081542 %4"),
        TEXT_AND_LEN("tok\\5f4711081542 \\u00"),
        /* Too short to be told. */
        TEXT_AND_LEN("dG9rXzQ="),
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct fixture fixture = test_fixture();

        fixture_scan(&fixture, "file", texts[i].text, texts[i].len, 0);
        ck_assert_msg(fixture_places(&fixture) == 0, "%zu", i);
        fixture_free(&fixture);
    }
}
END_TEST

START_TEST(noise_is_survived)
{
    static const char *const alphabets[] = {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_\n\r\\n ",
        "0123456789abcdefABCDEF\n", "%\\u0123456789abcdefx\"/n", "H4sIAeJxNF", "\x01\xff\xfe"};
    uint64_t random = 88172645463325252u;

    for (size_t n = 0; n < 60; n++) {
        const char *alphabet = alphabets[n % 5];
        size_t size = strlen(alphabet) + (n % 5 == 4);
        _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(1 << 20);
        json_t *whole, *cut;

        for (size_t i = 0; i < 20000; i++) {
            /* xorshift64, https://www.jstatsoft.org/article/view/v008i14 */
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            assay_buf_append(&buf, alphabet + random % size, 1);
        }
        whole = found_in(&buf, buf.len, buf.len);
        cut = found_in(&buf, 1 + n, 977);
        ck_assert(json_equal(whole, cut));
        json_decref(whole);
        json_decref(cut);
    }
}
END_TEST

/* --- once, and hidden ------------------------------------------------------------------------- */

static json_t *found_by(const char *pattern, const char *text)
{
    struct fixture fixture =
        fixture_new(json_pack("[o]", fixture_rule("a", "a.x", pattern)),
                    json_pack("[{s:s, s:s}]", "kind", "username", "value", "ottilie"));
    json_t *json;

    fixture_scan(&fixture, "file", text, strlen(text), 0);
    json = fixture_json(&fixture);
    fixture_free(&fixture);
    return json;
}

START_TEST(what_is_found_as_it_stands_is_not_found_again)
{
    /* Both in an escaped text and in what it stands for; "ottilie" and the token need no decoding.
     */
    json_t *json = found_by("tok_[0-9]{10}",
                            "\\u003cb\\u003e ottilie has tok_4711081542\\u003c/b\\u003e"),
           *finding;
    size_t i;

    ck_assert_uint_eq(json_array_size(json), 2);
    json_array_foreach(json, i, finding)
    {
        ck_assert_int_eq(assay_json_int(finding, "place_count", 0), 1);
        ck_assert_ptr_null(json_object_get(finding, "decoded"));
        ck_assert_int_ge(assay_json_int(finding, "offset", 0), 14);
    }
    json_decref(json);
    /* The rule matches the encoded secret as well: what it stands for is told. */
    json = found_by("key=(?<secret>[A-Za-z0-9+\\\\]{8,20});", "k\\x41 key=abc\\x41bcdef;");
    ck_assert_uint_eq(json_array_size(json), 1);
    finding = json_array_get(json, 0);
    ck_assert_str_eq(assay_json_string(finding, "decoded", ""), "escape");
    ck_assert_str_eq(assay_json_string(finding, "redacted", ""), "\xe2\x80\xa6(9)");
    json_decref(json);
}
END_TEST

START_TEST(a_secret_has_one_fingerprint_in_every_encoding)
{
    struct fixture fixture = test_fixture();
    json_t *json, *places;

    fixture_scan(&fixture, "plain", TEXT, strlen(TEXT), 0);
    for (size_t n = 0; n < ENCODED; n++) {
        _cleanup_buf_ struct assay_buf encoded = ASSAY_BUF(1 << 16);
        char name[32];

        put_encoded(&encoded, n);
        snprintf(name, sizeof(name), "encoded-%zu", n);
        fixture_scan(&fixture, name, encoded.data, encoded.len, 0);
    }
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(assay_json_int(json_array_get(json, i), "place_count", 0), ENCODED + 1);
        places = json_object_get(json_array_get(json, i), "places");
        ck_assert_str_eq(assay_json_string(json_array_get(places, ENCODED - 1), "decoded", ""),
                         "base64 \xe2\x96\xb8 gzip");
    }
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(names_are_decoded_and_what_is_encoded_in_them_hidden)
{
    struct fixture fixture = test_fixture();
    _cleanup_buf_ struct assay_buf token = ASSAY_BUF(256), wide = ASSAY_BUF(256),
                                   path = ASSAY_BUF(256);
    struct entry_xattr xattr = {.name = "user.x"};
    struct entry entry = {.container = ""}, other = {.container = "", .path = "b"};
    json_t *json;

    put_base64(&token, "my " SECRET, strlen("my " SECRET), &plain);
    assay_buf_printf(&path, "srv/a.%s/tim%%40corp.example", assay_buf_str(&token));
    entry.path = assay_buf_str(&path);
    put_utf16(&wide, TEXT, false);
    xattr.value = wide.data;
    xattr.value_len = wide.len;
    other.xattrs = &xattr;
    other.n_xattrs = 1;
    ck_assert_int_eq(scan_engine_names(fixture.engine, &entry), 0);
    ck_assert_int_eq(scan_engine_names(fixture.engine, &other), 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *finding = json_array_get(json, i);
        char *text = json_dumps(finding, 0);

        ck_assert_int_eq(assay_json_int(finding, "offset", 0), -1);
        ck_assert_int_eq(assay_json_int(finding, "place_count", 0), 2);
        ck_assert_ptr_null(strstr(text, assay_buf_str(&token)));
        ck_assert_ptr_null(strstr(text, "40corp"));
        free(text);
    }
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

/* --- scripts and marks ------------------------------------------------------------------------ */

START_TEST(identities_of_other_scripts_are_found_in_utf16)
{
    static const struct {
        const char *value;
        const char *text;
        size_t len;
    } cases[] = {
        /* "name: Łukasz Żak" */
        {"\xc5\x81ukasz \xc5\xbb"
         "ak",
         "n\0a\0m\0e\0 \0i\0s\0:\0 \0\x41\x01u\0k\0a\0s\0z\0 \0\x7b\x01"
         "a\0k\0\r\0\n\0",
         42},
        /* "Jürgen" behind a byte order mark */
        {"J\xc3\xbcrgen", "\xff\xfeJ\0\xfc\0r\0g\0e\0n\0", 14},
        /* "Анна Петрова" behind one, big endian */
        {"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 "
         "\xd0\x9f\xd0\xb5\xd1\x82\xd1\x80\xd0\xbe\xd0\xb2\xd0\xb0",
         "\xfe\xff\x04\x10\x04\x3d\x04\x3d\x04\x30\0 \x04\x1f\x04\x35\x04\x42\x04\x40\x04\x3e\x04"
         "\x32\x04\x30",
         26},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture fixture = fixture_new(
            json_array(), json_pack("[{s:s, s:s}]", "kind", "name", "value", cases[i].value));

        fixture_scan(&fixture, "file", cases[i].text, cases[i].len, 0);
        ck_assert_msg(fixture_places(&fixture) == 1, "%s", cases[i].value);
        fixture_free(&fixture);
    }
}
END_TEST

START_TEST(the_line_is_that_of_the_encoded_text)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(1 << 20);
    json_t *json;

    for (size_t i = 0; i < 20000; i++)
        assay_buf_printf(&buf, "line number %zu\n", i + 1);
    assay_buf_printf(&buf, "k: ");
    put_base64(&buf, TEXT, strlen(TEXT), &lines);
    json = found_in(&buf, 5000, 5000);
    ck_assert_uint_eq(json_array_size(json), 2);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(assay_json_int(json_array_get(json, i), "line", 0), 20001);
    json_decref(json);
}
END_TEST

/* --- classification --------------------------------------------------------------------------- */

START_TEST(vectors_say_the_same)
{
    uint64_t random = 88172645463325252u;
    uint8_t data[(CLASSIFY_GROUP + 1) * CLASSIFY_BLOCK];

    for (size_t n = 1; n <= CLASSIFY_GROUP; n++) {
        struct classify_group one = {0}, other = {0};

        for (size_t i = 0; i < sizeof(data); i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            data[i] = n % 4 == 0   ? (uint8_t)random
                      : n % 4 == 1 ? (uint8_t)("%\\x41"[random % 5])
                      : n % 4 == 2 ? (uint8_t)(random % 16 ? 'a' + random % 26 : ' ')
                                   : (uint8_t)(i % 2 ? 0 : random % 9);
        }
        classify_group(data, n, &one);
        classify_group_plainly(data, n, &other);
        ck_assert_uint_eq(one.runs, other.runs);
        ck_assert_uint_eq(one.alternating, other.alternating);
        ck_assert_uint_eq(one.escapes, other.escapes);
        for (size_t i = 0; i < n; i++) {
            ck_assert_uint_eq(one.base64[i], other.base64[i]);
            ck_assert_uint_eq(one.zero[i], other.zero[i]);
            ck_assert_uint_eq(one.escape[i], other.escape[i]);
        }
        for (int set = 0; set < CLASSIFY_SETS; set++) {
            uint64_t is[2], should[2];

            classify_set(data, (enum classify_set)set, is);
            classify_set_plainly(data, (enum classify_set)set, should);
            ck_assert(is[0] == should[0] && is[1] == should[1]);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {utf16_is_decoded,
                                  base64_is_decoded,
                                  hex_is_decoded,
                                  percent_encoding_and_escapes_are_decoded,
                                  quotes_and_slashes_are_decoded,
                                  two_encodings_are_undone,
                                  gzip_and_zlib_are_unpacked,
                                  a_bomb_is_unaudited,
                                  a_run_may_stand_anywhere,
                                  a_run_may_be_cut_anywhere,
                                  a_run_may_be_long,
                                  what_is_not_encoded_is_left_alone,
                                  noise_is_survived,
                                  what_is_found_as_it_stands_is_not_found_again,
                                  a_secret_has_one_fingerprint_in_every_encoding,
                                  names_are_decoded_and_what_is_encoded_in_them_hidden,
                                  identities_of_other_scripts_are_found_in_utf16,
                                  the_line_is_that_of_the_encoded_text,
                                  vectors_say_the_same,
                                  NULL};

    return suite_run("decode", tests, NULL, NULL);
}
