/* What could be encoded text, told with vectors and without. */
#include <check.h>

#include "scan/decode/classify.h"
#include "suite.h"

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
    const TTest *const tests[] = {vectors_say_the_same, NULL};

    return suite_run("classify", tests, NULL, NULL);
}
