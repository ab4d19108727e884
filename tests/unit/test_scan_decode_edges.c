/* Encoded text where two encodings, two runs or a name's length meet. */
#include "scan_fixture.h"

#include <assay/buf.h>
#include <assay/encode.h>

#include "suite.h"

#define SECRET "tok_4711081542"

static struct fixture test_fixture(void)
{
    return fixture_new(
        json_pack("[o]", fixture_rule("a", "a.token", "(?<![A-Za-z0-9])tok_[0-9]{10}(?![0-9])")),
        json_array());
}

static void put_base64(struct assay_buf *buf, const void *data, size_t len, bool pad)
{
    char *text = malloc(len * 2 + 8);
    size_t n;

    ck_assert_ptr_nonnull(text);
    assay_base64_encode(data, len, text);
    n = strlen(text);
    while (!pad && n && text[n - 1] == '=')
        n--;
    ck_assert_int_eq(assay_buf_append(buf, text, n), 0);
    free(text);
}

static void check_found(const struct assay_buf *buf, const char *decoded)
{
    struct fixture fixture = test_fixture();
    json_t *json;

    fixture_scan(&fixture, "file", buf->data, buf->len, 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 1);
    ck_assert_str_eq(assay_json_string(json_array_get(json, 0), "decoded", ""), decoded);
    json_decref(json);
    fixture_free(&fixture);
}

/* As in a property list: at any offset, and with the next object's mark right behind it. */
START_TEST(big_endian_text_is_read_to_its_end)
{
    for (size_t before = 0; before < 4; before++)
        for (size_t behind = 0; behind < 3; behind++) {
            _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(4096);

            assay_buf_append(&buf, "\xff\xff\xff\xff", before);
            for (const char *c = "the key is " SECRET; *c; c++)
                assay_buf_append(&buf, (const char[]){0, *c}, 2);
            assay_buf_append(&buf, "\x5f\x10\x20", behind);
            check_found(&buf, "utf-16be");
        }
}
END_TEST

/* Runs within runs: where one ends amid a quad, the next one does not. */
START_TEST(a_run_ends_with_the_text_it_stands_in)
{
    for (size_t len = 30; len < 40; len++) {
        _cleanup_buf_ struct assay_buf one = ASSAY_BUF(4096), two = ASSAY_BUF(4096),
                                       buf = ASSAY_BUF(4096);

        put_base64(&one, "some text that goes before the next secret", len, false);
        put_base64(&two, "and here is a key: " SECRET, strlen("and here is a key: " SECRET), false);
        assay_buf_printf(&buf, "{\"a\": \"");
        put_base64(&buf, one.data, one.len, true);
        assay_buf_printf(&buf, "\", \"b\": \"");
        put_base64(&buf, two.data, two.len, true);
        assay_buf_printf(&buf, "\"}");
        check_found(&buf, "base64 \xe2\x96\xb8 base64");
    }
}
END_TEST

/* Of an encoded secret nothing is shown, however long what it is a part of is. */
START_TEST(a_long_encoded_name_is_hidden)
{
    static const size_t lengths[] = {100, 900, 1500, 2500, 6000, 20000};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        _cleanup_buf_ struct assay_buf plain = ASSAY_BUF(1 << 16), path = ASSAY_BUF(1 << 16);
        struct entry entry = {.container = "", .type = ENTRY_FILE};
        struct fixture fixture = test_fixture();
        json_t *json;
        char *text;

        while (plain.len < lengths[i])
            assay_buf_append(&plain, "text ", 5);
        plain.len -= plain.len % 3;
        assay_buf_append(&plain, " key: " SECRET " ", strlen(" key: " SECRET " "));
        assay_buf_printf(&path, "srv/");
        put_base64(&path, plain.data, plain.len, false);
        entry.path = assay_buf_str(&path);
        ck_assert_int_eq(scan_engine_names(fixture.engine, &entry), 0);
        json = fixture_json(&fixture);
        ck_assert_uint_eq(json_array_size(json), 1);
        text = json_dumps(json, 0);
        /* "tok_4711" from each of the three places of a quad */
        ck_assert_msg(!strstr(text, "dG9rXzQ3MT") && !strstr(text, "Rva180NzEx") &&
                          !strstr(text, "b2tfNDcxM"),
                      "%zu: %s", lengths[i], text);
        free(text);
        json_decref(json);
        fixture_free(&fixture);
    }
}
END_TEST

/* What is decoded in two ways is one place, however many places there are. */
START_TEST(every_place_is_counted_once)
{
    struct fixture fixture = test_fixture();
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(1 << 20);
    json_t *json;

    for (size_t i = 0; i < 50; i++) {
        assay_buf_printf(&buf, "data:/w==abcd");
        put_base64(&buf, "first comes some text and then " SECRET,
                   strlen("first comes some text and then " SECRET), true);
        assay_buf_printf(&buf, " - and other things here\n");
    }
    fixture_scan(&fixture, "file", buf.data, buf.len, 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 1);
    ck_assert_int_eq(assay_json_int(json_array_get(json, 0), "place_count", 0), 50);
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {big_endian_text_is_read_to_its_end,
                                  a_run_ends_with_the_text_it_stands_in,
                                  a_long_encoded_name_is_hidden, every_place_is_counted_once, NULL};

    return suite_run("decode edges", tests, NULL, NULL);
}
