/* Ranges and validators. */
#include <check.h>
#include <stdlib.h>

#include "http/range.h"

#define WHOLE HTTP_RANGE_WHOLE
#define PART HTTP_RANGE_PART
#define NONE HTTP_RANGE_UNSATISFIABLE

static const struct {
    const char *header;
    uint64_t size;
    enum http_range kind;
    uint64_t first, length;
} ranges[] = {
    {NULL, 10, WHOLE, 0, 0},
    {"bytes=0-0", 10, PART, 0, 1},
    {"bytes=0-9", 10, PART, 0, 10},
    {"bytes=3-", 10, PART, 3, 7},
    {"bytes=3-5", 10, PART, 3, 3},
    {"BYTES=3-5", 10, PART, 3, 3},
    {"bytes= 3-5 ", 10, PART, 3, 3},
    {"bytes=3-500", 10, PART, 3, 7},
    {"bytes=9-", 10, PART, 9, 1},
    {"bytes=-3", 10, PART, 7, 3},
    {"bytes=-10", 10, PART, 0, 10},
    {"bytes=-11", 10, PART, 0, 10},
    {"bytes=3-18446744073709551615", 10, PART, 3, 7},
    {"bytes=3-99999999999999999999999", 10, PART, 3, 7},
    {"bytes=0-18446744073709551615", UINT64_MAX, PART, 0, UINT64_MAX},
    {"bytes=-99999999999999999999999", 10, PART, 0, 10},
    {"bytes=10-", 10, NONE, 0, 0},
    {"bytes=10-12", 10, NONE, 0, 0},
    {"bytes=99999999999999999999999-", 10, NONE, 0, 0},
    {"bytes=-0", 10, NONE, 0, 0},
    {"bytes=0-", 0, NONE, 0, 0},
    {"bytes=-1", 0, NONE, 0, 0},
    /* Several ranges, other units and what is not well-formed are ignored. */
    {"bytes=0-1,3-4", 10, WHOLE, 0, 0},
    {"bytes=-1,0-0", 10, WHOLE, 0, 0},
    {"lines=0-1", 10, WHOLE, 0, 0},
    {"bytes=5-3", 10, WHOLE, 0, 0},
    {"bytes=", 10, WHOLE, 0, 0},
    {"bytes=-", 10, WHOLE, 0, 0},
    {"bytes=--1", 10, WHOLE, 0, 0},
    {"bytes=a-b", 10, WHOLE, 0, 0},
    {"bytes=1", 10, WHOLE, 0, 0},
    {"bytes=1-x", 10, WHOLE, 0, 0},
    {"bytes=+1-2", 10, WHOLE, 0, 0},
    {"bytes 1-2", 10, WHOLE, 0, 0},
    {"", 10, WHOLE, 0, 0},
};

START_TEST(ranges_are_read_as_the_rfc_says)
{
    uint64_t first = 0, length = 0;

    ck_assert_int_eq(http_range_parse(ranges[_i].header, ranges[_i].size, &first, &length),
                     ranges[_i].kind);
    ck_assert_uint_eq(first, ranges[_i].first);
    ck_assert_uint_eq(length, ranges[_i].length);
}
END_TEST

static const struct {
    const char *header;
    bool match;
} validators[] = {
    {NULL, false},
    {"\"abc\"", true},
    {"W/\"abc\"", true},
    {"*", true},
    {"\"x\", \"abc\"", true},
    {"\"x\",W/\"y\" , \"abc\"", true},
    {"\"a,b\", \"abc\"", true},
    {"abc", false},
    {"\"abcd\"", false},
    {"\"ab\"", false},
    {"\"abc", false},
    {"\"", false},
    {"W/", false},
    {"", false},
    {", ,", false},
};

START_TEST(if_none_match_lists_validators)
{
    ck_assert_int_eq(http_range_none_match(validators[_i].header, "\"abc\""), validators[_i].match);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_range");
    TCase *tests = tcase_create("http_range");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tests, ranges_are_read_as_the_rfc_says, 0,
                        sizeof(ranges) / sizeof(*ranges));
    tcase_add_loop_test(tests, if_none_match_lists_validators, 0,
                        sizeof(validators) / sizeof(*validators));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
