/* The matcher on content: the same findings however content is cut, lines, holes, caps, overlaps.
 */
#include "scan_fixture.h"

#include <assay/buf.h>

#include "suite.h"

#define CONTENT (700u << 10)

/* A token less its last digit, 7, in two halves so that no other scanner trips over it. */
#define TOKEN          \
    "ghp_zQWBuTSOoRi4" \
    "A9spHcVY5ncnsDkxkJ0mLq1"

static uint64_t seed = 88172645463325252u;

/* xorshift64, https://www.jstatsoft.org/article/view/v008i14 */
static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* A token with a checksum; a match that spans nearly as much as one may; one that depends on the
 * ends of its line. */
static json_t *test_rules(void)
{
    json_t *rules = json_array(), *token, *far;

    token =
        fixture_rule("test", "test.token", "(?<![A-Za-z0-9])ghp_[A-Za-z0-9]{36}(?![A-Za-z0-9])");
    json_object_set_new(token, "check", json_string("github-crc32"));
    far = fixture_rule("test", "test.far", "begin-far[^!]{0,3900}(?<secret>far[0-9]{9})!");
    json_object_set_new(far, "prefilter", json_string("far[0-9]{9}!"));
    json_array_append_new(rules, token);
    json_array_append_new(rules, far);
    json_array_append_new(rules, fixture_rule("test", "test.line", "^line=(?<secret>[0-9]{9})$"));
    return rules;
}

static const char *const planted[] = {
    "token " TOKEN "7 ",
    "\nline=192837465\n",
    " Ottilie_Brandvold ",
    " jürgen ",
};

/* Text with what is to be found in it; returns the place of every planted piece. */
static char *make_content(size_t places[4])
{
    char *text = malloc(CONTENT);

    for (size_t i = 0; i < CONTENT; i++)
        text[i] = i % 61 == 60 ? '\n' : (char)('a' + next_random() % 26);
    places[0] = 131072 - 20; /* across what is a piece's border in many of the runs below */
    places[1] = 200;
    places[2] = 300000;
    places[3] = CONTENT - strlen(planted[3]);
    for (size_t i = 0; i < 4; i++)
        memcpy(text + places[i], planted[i], strlen(planted[i]));
    memcpy(text + 400000, "begin-far", 9);
    memcpy(text + 403900, "far000111222!", 13);
    memcpy(text + CONTENT - 20000, "\nline=987654321\n", 16);
    return text;
}

static struct fixture test_fixture(void)
{
    return fixture_new(test_rules(),
                       json_pack("[{s:s,s:s},{s:s,s:s}]", "kind", "name", "value",
                                 "Ottilie Brandvold", "kind", "username", "value", "jürgen"));
}

/* What is found in `text` when its first piece is `first` bytes long and the others are of random
 * length up to `most`, or of `most` bytes exactly. */
static json_t *found_in(const char *text, size_t len, size_t first, size_t most, bool exactly)
{
    struct fixture fixture = test_fixture();
    struct scan_stream *stream = NULL;
    json_t *json;

    ck_assert_int_eq(scan_stream_open(fixture.engine, "", "file", &stream), 0);
    for (size_t at = 0, n = first; at < len; n = exactly ? most : 1 + next_random() % most) {
        if (n > len - at)
            n = len - at;
        ck_assert_int_eq(scan_stream_feed(stream, (const uint8_t *)text + at, n, at), 0);
        at += n;
    }
    ck_assert_int_eq(scan_stream_close(stream), 0);
    json = fixture_json(&fixture);
    fixture_free(&fixture);
    return json;
}

static void check_cut(const json_t *expected, const char *text, size_t len, size_t first,
                      size_t most, bool exactly)
{
    json_t *json = found_in(text, len, first, most, exactly);

    ck_assert_msg(json_equal(json, expected), "first piece %zu, others %zu", first, most);
    json_decref(json);
}

START_TEST(pieces_of_any_size_give_the_same)
{
    static const size_t sizes[] = {1000,   4096,   65536,  131072, 131073,
                                   262144, 278528, 278529, 400000};
    static const size_t most[] = {50, 9000, 100000, 300000};
    size_t places[4];
    char *text = make_content(places);
    json_t *expected = found_in(text, CONTENT, CONTENT, CONTENT, true);

    ck_assert_uint_eq(json_array_size(expected), 6);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        check_cut(expected, text, CONTENT, sizes[i], sizes[i], true);
    for (size_t i = 0; i < 24; i++)
        check_cut(expected, text, CONTENT, 1 + next_random() % most[i % 4], most[i % 4], false);
    json_decref(expected);
    free(text);
}
END_TEST

START_TEST(a_secret_may_be_cut_anywhere)
{
    static const size_t around[] = {0, SCAN_REACH, 2 * SCAN_REACH};
    size_t places[4];
    char *text = make_content(places);
    json_t *expected = found_in(text, CONTENT, CONTENT, CONTENT, true);

    for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++) {
        for (size_t n = 0; n < strlen(planted[0]) + 2; n += i == 0 ? 1 : 7) {
            check_cut(expected, text, CONTENT, places[0] + n + around[i], 300000, true);
            check_cut(expected, text, CONTENT, places[0] + n - around[i], 5000, true);
        }
    }
    json_decref(expected);
    free(text);
}
END_TEST

START_TEST(short_entries_are_searched_to_their_ends)
{
    static const char *const texts[] = {
        "line=192837465", "line=192837465\n", "\nline=192837465\nx",
        TOKEN "7",        "jürgen",           "brandvold, ottilie",
    };
    static const char *const clean[] = {
        "xline=192837465", "line=1928374650", TOKEN "8", "", "j", "jürgens", "brandvold",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        for (size_t piece = 0; piece < 3; piece++) {
            struct fixture fixture = test_fixture();

            fixture_scan(&fixture, "file", texts[i], strlen(texts[i]), piece);
            ck_assert_msg(fixture_places(&fixture) == 1, "%s", texts[i]);
            fixture_free(&fixture);
        }
    for (size_t i = 0; i < sizeof(clean) / sizeof(*clean); i++) {
        struct fixture fixture = test_fixture();

        fixture_scan(&fixture, "file", clean[i], strlen(clean[i]), 0);
        ck_assert_msg(fixture_places(&fixture) == 0, "%s", clean[i]);
        fixture_free(&fixture);
    }
}
END_TEST

START_TEST(lines_are_told_for_text_only)
{
    struct fixture fixture = test_fixture();
    static const char text[] = "a\nb\n\nline=192837465\n", binary[] = "a\0b\n\nline=987654321\n";
    json_t *json;

    fixture_scan(&fixture, "a", text, sizeof(text) - 1, 0);
    fixture_scan(&fixture, "b", binary, sizeof(binary) - 1, 0);
    json = fixture_json(&fixture);
    ck_assert_int_eq(assay_json_int(json_array_get(json, 0), "line", 0), 4);
    ck_assert_int_eq(assay_json_int(json_array_get(json, 0), "offset", 0), 10);
    ck_assert_ptr_null(json_object_get(json_array_get(json, 1), "line"));
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(a_hole_ends_what_came_before_it)
{
    struct fixture fixture = test_fixture();
    struct scan_stream *stream = NULL;
    static const char head[] = "x\nline=12345", tail[] = "6789\nline=246813579";
    json_t *json;

    ck_assert_int_eq(scan_stream_open(fixture.engine, "", "sparse", &stream), 0);
    ck_assert_int_eq(scan_stream_feed(stream, (const uint8_t *)head, sizeof(head) - 1, 0), 0);
    ck_assert_int_eq(scan_stream_feed(stream, (const uint8_t *)tail, sizeof(tail) - 1, 1 << 20), 0);
    ck_assert_int_eq(scan_stream_close(stream), 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 1);
    ck_assert_int_eq(assay_json_int(json_array_get(json, 0), "offset", 0), (1 << 20) + 10);
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(streams_may_be_open_side_by_side)
{
    struct fixture fixture = test_fixture();
    struct scan_stream *outer = NULL, *inner = NULL;
    static const char half[] = "\nline=19283", rest[] = "7465\n";

    ck_assert_int_eq(scan_stream_open(fixture.engine, "", "outer", &outer), 0);
    ck_assert_int_eq(scan_stream_feed(outer, (const uint8_t *)half, sizeof(half) - 1, 0), 0);
    ck_assert_int_eq(scan_stream_open(fixture.engine, "outer", "inner", &inner), 0);
    ck_assert_int_eq(scan_stream_feed(inner, (const uint8_t *)half, sizeof(half) - 1, 0), 0);
    ck_assert_int_eq(scan_stream_close(inner), 0);
    ck_assert_int_eq(fixture_places(&fixture), 0);
    ck_assert_int_eq(
        scan_stream_feed(outer, (const uint8_t *)rest, sizeof(rest) - 1, sizeof(half) - 1), 0);
    ck_assert_int_eq(scan_stream_close(outer), 0);
    ck_assert_int_eq(fixture_places(&fixture), 1);
    ck_assert_int_eq(scan_stream_close(NULL), 0);
    fixture_free(&fixture);
}
END_TEST

START_TEST(a_flood_of_matches_is_said_to_be_unaudited)
{
    struct fixture fixture = test_fixture();
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(1 << 20);
    json_t *json, *last;

    for (int i = 0; i < 3000; i++)
        assay_buf_printf(&text, "line=%09d\n", 123 + i * 7);
    fixture_scan(&fixture, "flood", text.data, text.len, 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 1001);
    last = json_array_get(json, 1000);
    ck_assert_str_eq(assay_json_string(last, "class", ""), "unaudited");
    ck_assert_str_eq(assay_json_string(last, "rule", ""), "unaudited.test.line");
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(the_more_telling_of_two_matches_is_reported)
{
    json_t *rules = json_array();
    struct fixture fixture;
    static const char text[] = "password=tok_48213907 and key=(tok_87654321+more)";
    json_t *json;

    json_array_append_new(
        rules, fixture_rule("generic", "generic.password", "password=(?<secret>[a-z0-9_]{8,20})"));
    json_array_append_new(rules, fixture_rule("a", "a.token", "tok_[0-9]{8}"));
    json_array_append_new(rules, fixture_rule("b", "b.long", "key=\\((?<secret>[a-z0-9_+]{8,20})"));
    fixture = fixture_new(rules, NULL);
    fixture_scan(&fixture, "file", text, sizeof(text) - 1, 0);
    json = fixture_json(&fixture);
    ck_assert_uint_eq(json_array_size(json), 2);
    ck_assert_str_eq(assay_json_string(json_array_get(json, 0), "rule", ""), "a.token");
    ck_assert_int_eq(assay_json_int(json_array_get(json, 0), "place_count", 0), 1);
    ck_assert_str_eq(assay_json_string(json_array_get(json, 1), "rule", ""), "b.long");
    json_decref(json);
    fixture_free(&fixture);
}
END_TEST

START_TEST(a_rule_for_some_paths_looks_there_only)
{
    json_t *rule = fixture_rule("a", "a.token", "tok_[0-9]{8}");
    struct fixture fixture;

    json_object_set_new(rule, "paths", json_pack("[s,s]", "(^|/)[.]npmrc$", "^/etc/x$"));
    fixture = fixture_new(json_pack("[o]", rule), NULL);
    fixture_scan(&fixture, "etc/y", "tok_10203040", 12, 0);
    ck_assert_int_eq(fixture_places(&fixture), 0);
    fixture_scan(&fixture, "etc/x", "tok_10203040", 12, 0);
    ck_assert_int_eq(fixture_places(&fixture), 1);
    fixture_scan(&fixture, "root/.npmrc", "tok_10203040", 12, 0);
    ck_assert_int_eq(fixture_places(&fixture), 2);
    fixture_free(&fixture);
}
END_TEST

START_TEST(callbacks_are_counted_by_rule)
{
    json_t *counts;
    struct fixture fixture =
        fixture_new(json_pack("[o]", fixture_rule("a", "a.token", "tok_[0-9]{4}")), NULL);

    fixture_scan(&fixture, "x", "tok_0001 tok_0002", 17, 0);
    counts = scan_engine_callbacks(fixture.engine);
    ck_assert_int_eq(assay_json_int(counts, "a.token", 0), 2);
    json_decref(counts);
    fixture_free(&fixture);
}
END_TEST

START_TEST(an_engine_may_have_nothing_to_look_for)
{
    struct fixture fixture = fixture_new(json_array(), json_array());
    struct entry entry = {.container = "", .path = "a"};

    fixture_scan(&fixture, "x", "tok_0001 tok_0002", 17, 0);
    ck_assert_int_eq(scan_engine_names(fixture.engine, &entry), 0);
    ck_assert_int_eq(fixture_places(&fixture), 0);
    fixture_free(&fixture);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {pieces_of_any_size_give_the_same,
                                  a_secret_may_be_cut_anywhere,
                                  short_entries_are_searched_to_their_ends,
                                  lines_are_told_for_text_only,
                                  a_hole_ends_what_came_before_it,
                                  streams_may_be_open_side_by_side,
                                  a_flood_of_matches_is_said_to_be_unaudited,
                                  the_more_telling_of_two_matches_is_reported,
                                  a_rule_for_some_paths_looks_there_only,
                                  callbacks_are_counted_by_rule,
                                  an_engine_may_have_nothing_to_look_for,
                                  NULL};

    return suite_run("engine", tests, NULL, NULL);
}
