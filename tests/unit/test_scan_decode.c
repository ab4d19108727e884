/* What is encoded is found, once, and said to be so. */
#include "decode_fixture.h"
#include "suite.h"

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
    } rows[] = {
        {"GET /?mail=tim%40corp.example&key=tok%5F4711081542", "percent"},
        {"u=%74%69%6d%40%63%6F%72%70%2e%65%78%61%6d%70%6c%65&k=tok_47110%381542", "percent"},
        {"{\"mail\": \"tim\\u0040corp.example\", \"key\": \"tok\\u005f4711081542\"}", "escape"},
        {"x = \"tim\\x40corp.example tok\\x5F4711081542\";", "escape"},
        {"x = \"tim\\100corp.example tok\\1374711081542\";", "escape"},
        {"L\"tim\\U00000040corp.example tok\\U0000005f4711081542\"", "escape"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        check_line(rows[i].line, strlen(rows[i].line), rows[i].decoded);
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

/* What stands before the damage is found, and the rest is told; what breaks at once after gzip's
 * first bytes was not compressed, and nothing is told of it. */
START_TEST(damaged_gzip_is_unaudited)
{
    for (size_t part = 0; part < 2; part++) {
        _cleanup_buf_ struct assay_buf content = ASSAY_BUF(1u << 20), packed = ASSAY_BUF(1u << 20);
        _cleanup_buf_ struct assay_buf text = ASSAY_BUF(1u << 20);
        size_t from;
        json_t *json;

        assay_buf_append(&content, TEXT, strlen(TEXT));
        for (unsigned i = 0; i < 20000; i++)
            assay_buf_printf(&content, "line %u of many\n", i * 7919 % 104729);
        put_packed(&packed, content.data, content.len, false);
        from = part ? packed.len / 2 : 10;
        memset(packed.data + from, 0xff, 1000); /* begins with a block of a kind that is none */
        put_base64(&text, packed.data, packed.len, &plain);
        json = found_in(&text, text.len, text.len);
        ck_assert_int_eq(finding_of(json, "unaudited.decoded") != NULL, part);
        ck_assert_int_eq(finding_of(json, "a.token") != NULL, part);
        json_decref(json);
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
                                  damaged_gzip_is_unaudited,
                                  what_is_found_as_it_stands_is_not_found_again,
                                  a_secret_has_one_fingerprint_in_every_encoding,
                                  names_are_decoded_and_what_is_encoded_in_them_hidden,
                                  identities_of_other_scripts_are_found_in_utf16,
                                  the_line_is_that_of_the_encoded_text,
                                  NULL};

    return suite_run("decode", tests, NULL, NULL);
}
