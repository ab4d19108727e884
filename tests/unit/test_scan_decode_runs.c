/* Encoded text wherever it stands, however it is cut, and what only looks like it. */
#include "decode_fixture.h"
#include "suite.h"

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

int main(void)
{
    const TTest *const tests[] = {a_run_may_stand_anywhere, a_run_may_be_cut_anywhere,
                                  a_run_may_be_long,        what_is_not_encoded_is_left_alone,
                                  noise_is_survived,        NULL};

    return suite_run("decode_runs", tests, NULL, NULL);
}
