/* Windows that are known: what is clean is not matched again, and what is not is found however well
 * its neighbours are known. */
#include "scan_fixture.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <assay/cleanup.h>
#include <assay/fs.h>

#include "scan/kept.h"
#include "scan/seen.h"
#include "scan/stream.h"
#include "suite.h"

#define CONTENT (2 * STREAM_WINDOW + 100000)
#define SECRET "key=192837465;"
#define SECRET_LEN strlen(SECRET)

static uint8_t clean[CONTENT], content[CONTENT];

/* The tags of one set of rules, as a coordinator keeps them. */
static int kept = -1;
static char kept_name[SCAN_STORE_NAME_MAX];

static int open_kept(void *ctx, const char *name, int *ret)
{
    (void)ctx;
    if (strncmp(name, SEEN_PREFIX, strlen(SEEN_PREFIX)) != 0)
        return -ENOENT;
    if (kept >= 0 && strcmp(name, kept_name) == 0)
        *ret = dup(kept);
    snprintf(kept_name, sizeof(kept_name), "%s", name);
    return kept >= 0 && *ret >= 0 ? 0 : -ENOENT;
}

static int create_none(void *ctx, const char *name, int *ret)
{
    (void)ctx;
    (void)name;
    (void)ret;
    return -EACCES;
}

static const struct scan_store store = {open_kept, create_none, NULL, fixture_key};

static void forget(void)
{
    if (kept >= 0)
        close(kept);
    kept = -1;
}

/* Keeps what an engine has learnt. */
static void keep(const struct fixture *fixture)
{
    _cleanup_close_ int added = memfd_create("added", MFD_CLOEXEC);
    _cleanup_free_ uint8_t *tags = NULL;
    size_t len;

    ck_assert_int_ge((int)scan_engine_keep(fixture->engine, added), 0);
    ck_assert_int_eq(seen_merge(kept, added, fixture_key, kept_name, &tags, &len), 0);
    forget();
    kept = memfd_create("kept", MFD_CLOEXEC);
    ck_assert_int_eq(kept_write(kept, fixture_key, kept_name, tags, len), 0);
}

/* A secret whose first pass fires on "key=" alone, so that every window that is matched is counted;
 * one that needs what stands far before it; one that needs the end of its line; one that counts in
 * some places only. */
static json_t *test_rules(void)
{
    json_t *rules = json_array();
    json_t *key = fixture_rule("test", "test.key", "key=(?<secret>[0-9]{9});");
    json_t *far = fixture_rule("test", "test.far", "begin-far[^!]{0,3900}(?<secret>far[0-9]{9})!");
    json_t *path = fixture_rule("test", "test.path", "only=[0-9]{9}");

    json_object_set_new(key, "prefilter", json_string("key="));
    json_object_set_new(far, "prefilter", json_string("far[0-9]{9}!"));
    json_object_set_new(path, "paths", json_pack("[s]", "^/etc/shadow$"));
    json_array_append_new(rules, key);
    json_array_append_new(rules, far);
    json_array_append_new(rules, fixture_rule("test", "test.line", "^line=(?<secret>[0-9]{9})$"));
    json_array_append_new(rules, path);
    return rules;
}

static struct fixture with_store(json_t *rules, const uint8_t *key)
{
    struct fixture fixture = {.findings = findings_new(fixture_key)};
    struct scan_store own = store;
    struct assay_error err = {0};

    own.key = key;
    ck_assert_msg(scan_engine_load(rules, NULL, fixture.findings, &own, &fixture.engine, &err) == 0,
                  "%s", err.text);
    json_decref(rules);
    return fixture;
}

static int64_t fired(const struct fixture *fixture, const char *rule)
{
    json_t *all = scan_engine_callbacks(fixture->engine);
    int64_t n = assay_json_int(all, rule, -1);

    json_decref(all);
    return n;
}

/* Lines of text, and in each window something for the first pass to fire on. */
static void set_up(void)
{
    forget();
    for (size_t i = 0; i < CONTENT; i++)
        clean[i] = i % 61 == 60 ? '\n' : (uint8_t)('a' + i * 7 % 23);
    for (size_t i = 50000; i < CONTENT; i += 100000)
        memcpy(clean + i, "key=none", 8);
    memcpy(content, clean, CONTENT);
}

static void tear_down(void)
{
    forget();
}

START_TEST(clean_content_is_matched_once_in_an_audit)
{
    struct fixture fixture = fixture_new(test_rules(), NULL);
    int64_t once;

    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    once = fired(&fixture, "test.key");
    ck_assert_int_gt(once, 0);
    for (size_t piece = 1000; piece < CONTENT; piece = piece * 3 + 1)
        fixture_scan(&fixture, "b", clean, CONTENT, piece);
    ck_assert_int_eq(fired(&fixture, "test.key"), once);
    fixture_free(&fixture);
}
END_TEST

START_TEST(clean_content_is_known_to_a_later_audit)
{
    static const uint8_t other_key[FINDING_KEY_SIZE] = {9};
    struct fixture fixture = with_store(test_rules(), fixture_key);
    json_t *rules;
    int64_t once;

    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    once = fired(&fixture, "test.key");
    keep(&fixture);
    fixture_free(&fixture);

    fixture = with_store(test_rules(), fixture_key);
    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    ck_assert_int_eq(fired(&fixture, "test.key"), 0);
    fixture_free(&fixture);

    rules = test_rules();
    json_array_append_new(rules, fixture_rule("test", "test.more", "none"));
    fixture = with_store(rules, fixture_key);
    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    ck_assert_int_eq(fired(&fixture, "test.key"), once);
    ck_assert_int_gt(fired(&fixture, "test.more"), 0);
    fixture_free(&fixture);

    fixture = with_store(test_rules(), other_key);
    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    ck_assert_int_eq(fired(&fixture, "test.key"), once);
    fixture_free(&fixture);
}
END_TEST

START_TEST(what_was_tampered_with_is_not_used)
{
    struct fixture fixture = with_store(test_rules(), fixture_key);
    int64_t once;
    off_t size;

    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    once = fired(&fixture, "test.key");
    keep(&fixture);
    fixture_free(&fixture);
    size = lseek(kept, 0, SEEK_END);
    for (off_t at = 0; at < size; at++) {
        uint8_t byte, changed;

        ck_assert_int_eq(pread(kept, &byte, 1, at), 1);
        changed = byte ^ 4;
        ck_assert_int_eq(pwrite(kept, &changed, 1, at), 1);
        fixture = with_store(test_rules(), fixture_key);
        fixture_scan(&fixture, "a", clean, CONTENT, 0);
        ck_assert_int_eq(fired(&fixture, "test.key"), once);
        fixture_free(&fixture);
        ck_assert_int_eq(pwrite(kept, &byte, 1, at), 1);
    }
    ck_assert_int_eq(ftruncate(kept, size - SEEN_TAG), 0);
    fixture = with_store(test_rules(), fixture_key);
    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    ck_assert_int_eq(fired(&fixture, "test.key"), once);
    fixture_free(&fixture);
}
END_TEST

/* All the places where a window, or the memory around it, begins or ends. */
START_TEST(a_secret_is_found_at_every_offset_among_known_neighbours)
{
    const size_t edges[] = {0,
                            SCAN_REACH,
                            STREAM_WINDOW - SCAN_REACH,
                            STREAM_WINDOW,
                            STREAM_WINDOW + SCAN_REACH,
                            2 * STREAM_WINDOW,
                            CONTENT - SCAN_REACH,
                            CONTENT};
    struct fixture fixture = fixture_new(test_rules(), NULL);
    int64_t places = 0;

    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
        size_t low = edges[i] > SECRET_LEN + 2 ? edges[i] - SECRET_LEN - 2 : 0;

        for (size_t at = low; at <= edges[i] + 2 && at + SECRET_LEN <= CONTENT; at++) {
            memcpy(content + at, SECRET, SECRET_LEN);
            fixture_scan(&fixture, "a", content, CONTENT, at % 3 ? 70001 * (at % 3) : 0);
            ck_assert_msg(fixture_places(&fixture) == ++places, "at %zu", at);
            memcpy(content + at, clean + at, SECRET_LEN);
        }
    }
    fixture_free(&fixture);
}
END_TEST

/* The bytes before a border were seen without what follows, and the other way round. */
START_TEST(a_match_over_a_border_is_found_when_its_halves_are_known)
{
    static const char head[] = "begin-far", tail[] = "far192837465!";
    struct fixture fixture = fixture_new(test_rules(), NULL);
    int64_t places = 0;

    for (size_t at = STREAM_WINDOW - 4000; at < STREAM_WINDOW + 4000; at += 37) {
        memcpy(content + at - 3800, head, strlen(head));
        fixture_scan(&fixture, "a", content, CONTENT, 0);
        ck_assert_int_eq(fixture_places(&fixture), places);
        memcpy(content, clean, CONTENT);
        memcpy(content + at, tail, strlen(tail));
        fixture_scan(&fixture, "a", content, CONTENT, 0);
        ck_assert_int_eq(fixture_places(&fixture), places);
        memcpy(content + at - 3800, head, strlen(head));
        fixture_scan(&fixture, "a", content, CONTENT, 0);
        ck_assert_msg(fixture_places(&fixture) == ++places, "at %zu", at);
        memcpy(content, clean, CONTENT);
    }
    fixture_free(&fixture);
}
END_TEST

START_TEST(a_window_of_another_path_is_not_known)
{
    struct fixture fixture = fixture_new(test_rules(), NULL);

    memcpy(content + 1000, "only=192837465", 14);
    fixture_scan(&fixture, "tmp/a", content, 5000, 0);
    ck_assert_int_eq(fixture_places(&fixture), 0);
    fixture_scan(&fixture, "etc/shadow", content, 5000, 0);
    ck_assert_int_eq(fixture_places(&fixture), 1);
    fixture_free(&fixture);
}
END_TEST

/* The same bytes in the middle of content, where no line ends and none begins. */
START_TEST(where_content_begins_and_ends_is_part_of_a_window)
{
    static const char line[] = "line=192837465";
    const size_t start = 1000, len = STREAM_WINDOW + SCAN_REACH - start;
    struct fixture fixture = fixture_new(test_rules(), NULL);
    struct scan_stream *stream = NULL;

    memcpy(content + start + len - strlen(line) - 1, "\n", 1);
    memcpy(content + start + len - strlen(line), line, strlen(line));
    memcpy(content + start + len, "0", 1);
    ck_assert_int_eq(scan_stream_open(fixture.engine, "", "sparse", &stream), 0);
    ck_assert_int_eq(scan_stream_feed(stream, content + start, CONTENT - start, start), 0);
    ck_assert_int_eq(scan_stream_close(stream), 0);
    ck_assert_int_eq(fixture_places(&fixture), 0);
    fixture_scan(&fixture, "whole", content + start, len, 0);
    ck_assert_int_eq(fixture_places(&fixture), 1);

    /* A window amid content, and the same bytes as the beginning of other content. */
    memcpy(content, clean, CONTENT);
    memcpy(content + STREAM_WINDOW - SCAN_REACH, line, strlen(line));
    content[STREAM_WINDOW - SCAN_REACH + strlen(line)] = '\n';
    content[STREAM_WINDOW - SCAN_REACH - 1] = 'x';
    fixture_scan(&fixture, "amid", content, STREAM_WINDOW + 5000, 0);
    ck_assert_int_eq(fixture_places(&fixture), 1);
    fixture_scan(&fixture, "first", content + STREAM_WINDOW - SCAN_REACH, SCAN_REACH + 5000, 0);
    ck_assert_int_eq(fixture_places(&fixture), 2);
    fixture_free(&fixture);
}
END_TEST

/* A match that reaches into the next window takes a hit there with it: only as long as it is there.
 */
START_TEST(what_an_earlier_match_takes_is_not_taken_for_clean)
{
    json_t *rule = fixture_rule("test", "test.run", "x{3000}[0-9]{9}y{200}|y{200}z");
    json_t *rules = json_pack("[o]", rule);
    const size_t at = STREAM_WINDOW - 3000;
    struct fixture fixture;

    json_object_set_new(rule, "placeholders", json_false());
    fixture = fixture_new(rules, NULL);
    memset(content + at, 'x', 3000);
    memset(content + at + 3000, '5', 9);
    memset(content + at + 3009, 'y', 200);
    content[at + 3209] = 'z';
    fixture_scan(&fixture, "a", content, CONTENT, 0);
    ck_assert_int_eq(fixture_places(&fixture), 1);
    content[at] = 'w'; /* now the second half of the pattern counts, in the next window */
    fixture_scan(&fixture, "b", content, CONTENT, 0);
    ck_assert_int_eq(fixture_places(&fixture), 2);
    fixture_free(&fixture);
}
END_TEST

/* Base64 of lines of text with `secret` amid them. Returns its length. */
static size_t encode(const char *secret, char *ret)
{
    char text[2000];
    int n = 0;

    for (int i = 0; i < 30; i++)
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%s and line %d\n",
                      i == 15 ? secret : "some", i);
    return (size_t)EVP_EncodeBlock((uint8_t *)ret, (const uint8_t *)text, n);
}

START_TEST(what_stands_encoded_is_found_among_known_neighbours)
{
    char good[4000], bad[4000];
    size_t len = encode("nothing-here-;", good);
    struct fixture fixture = fixture_new(test_rules(), NULL);
    int64_t places = 0;

    ck_assert_uint_eq(encode(SECRET, bad), len);
    fixture_scan(&fixture, "a", clean, CONTENT, 0);
    /* Fewer than FINDING_PLACES_MAX: places that are kept are told apart. */
    for (size_t at = STREAM_WINDOW - 6000; at < STREAM_WINDOW + 5000; at += 613) {
        memcpy(content + at, good, len);
        fixture_scan(&fixture, "a", content, CONTENT, 0);
        ck_assert_int_eq(fixture_places(&fixture), places);
        memcpy(content + at, bad, len);
        fixture_scan(&fixture, "a", content, CONTENT, at % 2 ? 5000 : 0);
        ck_assert_msg(fixture_places(&fixture) == ++places, "at %zu", at);
        memcpy(content, clean, CONTENT);
    }
    fixture_free(&fixture);
}
END_TEST

START_TEST(encoded_text_of_another_path_is_not_known)
{
    char text[4000];
    size_t len = encode("only=192837465", text);
    struct fixture fixture = fixture_new(test_rules(), NULL);

    memcpy(content + 1000, text, len);
    fixture_scan(&fixture, "tmp/a", content, 8000, 0);
    ck_assert_int_eq(fixture_places(&fixture), 0);
    fixture_scan(&fixture, "etc/shadow", content, 8000, 0);
    ck_assert_int_eq(fixture_places(&fixture), 1);
    fixture_free(&fixture);
}
END_TEST

/* What follows a hole has its first window cut short by the entry's own places. */
START_TEST(content_may_begin_anywhere)
{
    const uint64_t edges[] = {STREAM_WINDOW - SCAN_REACH, STREAM_WINDOW,
                              STREAM_WINDOW + SCAN_REACH};
    struct fixture fixture = fixture_new(test_rules(), NULL);

    for (size_t i = 0; i < 3 * 41; i++) {
        uint64_t start = edges[i / 41] - 20 + i % 41;
        size_t len = CONTENT - (size_t)start, piece = i % 2 ? 1000 + i : len;
        struct scan_stream *stream = NULL;
        int64_t places = fixture_places(&fixture);
        char path[32];

        memcpy(content + STREAM_WINDOW + SCAN_REACH + 100 * i, SECRET, SECRET_LEN);
        snprintf(path, sizeof(path), "sparse-%zu", i);
        ck_assert_int_eq(scan_stream_open(fixture.engine, "", path, &stream), 0);
        for (size_t at = (size_t)start; at < CONTENT; at += piece) {
            size_t n = CONTENT - at < piece ? CONTENT - at : piece;

            ck_assert_int_eq(scan_stream_feed(stream, content + at, n, at), 0);
        }
        ck_assert_int_eq(scan_stream_close(stream), 0);
        memcpy(content, clean, CONTENT);
        ck_assert_msg(fixture_places(&fixture) == places + 1, "from %llu",
                      (unsigned long long)start);
    }
    fixture_free(&fixture);
}
END_TEST

static void scan_stretch(struct fixture *fixture, const char *path, uint64_t offset)
{
    struct scan_stream *stream = NULL;

    ck_assert_int_eq(scan_stream_open(fixture->engine, "", path, &stream), 0);
    ck_assert_int_eq(scan_stream_feed(stream, content, 6000, offset), 0);
    ck_assert_int_eq(scan_stream_close(stream), 0);
}

/* Cut in two by a border near its beginning, its second window has all of its bytes in memory. */
START_TEST(a_window_is_known_for_its_own_bytes_only)
{
    struct fixture fixture = fixture_new(test_rules(), NULL);

    memcpy(content + 20, SECRET, SECRET_LEN);
    scan_stretch(&fixture, "cut", STREAM_WINDOW - 100);
    ck_assert_int_eq(fixture_places(&fixture), 1);
    scan_stretch(&fixture, "whole", 1000);
    ck_assert_int_eq(fixture_places(&fixture), 2);
    fixture_free(&fixture);
}
END_TEST

START_TEST(the_oldest_tags_go_first)
{
    _cleanup_close_ int added = memfd_create("added", MFD_CLOEXEC);
    _cleanup_free_ uint8_t *first = NULL, *second = NULL;
    uint8_t tag[SEEN_TAG] = {1};
    size_t len;

    ck_assert_int_eq(assay_fs_write_all(added, tag, SEEN_TAG), 0);
    ck_assert_int_eq(ftruncate(added, (off_t)SEEN_KEPT_MAX * SEEN_TAG + 5), 0);
    ck_assert_int_eq(seen_merge(-1, added, fixture_key, "seen-1", &first, &len), 0);
    ck_assert_uint_eq(len, (size_t)SEEN_KEPT_MAX * SEEN_TAG);
    ck_assert_int_eq(memcmp(first, tag, SEEN_TAG), 0);
    kept = memfd_create("kept", MFD_CLOEXEC);
    ck_assert_int_eq(kept_write(kept, fixture_key, "seen-1", first, len), 0);

    ck_assert_int_eq(ftruncate(added, SEEN_TAG), 0);
    tag[0] = 2;
    ck_assert_int_eq(pwrite(added, tag, SEEN_TAG, 0), SEEN_TAG);
    ck_assert_int_eq(seen_merge(kept, added, fixture_key, "seen-1", &second, &len), 0);
    ck_assert_uint_eq(len, (size_t)SEEN_KEPT_MAX * SEEN_TAG);
    ck_assert_int_ne(memcmp(second, first, SEEN_TAG), 0);
    ck_assert_int_eq(memcmp(second + len - SEEN_TAG, tag, SEEN_TAG), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        clean_content_is_matched_once_in_an_audit,
        clean_content_is_known_to_a_later_audit,
        what_was_tampered_with_is_not_used,
        a_secret_is_found_at_every_offset_among_known_neighbours,
        a_match_over_a_border_is_found_when_its_halves_are_known,
        a_window_of_another_path_is_not_known,
        where_content_begins_and_ends_is_part_of_a_window,
        what_an_earlier_match_takes_is_not_taken_for_clean,
        what_stands_encoded_is_found_among_known_neighbours,
        encoded_text_of_another_path_is_not_known,
        content_may_begin_anywhere,
        a_window_is_known_for_its_own_bytes_only,
        the_oldest_tags_go_first,
        NULL,
    };

    return suite_run("scan_seen", tests, set_up, tear_down);
}
