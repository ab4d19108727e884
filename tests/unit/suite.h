/* The main() that unit tests share. */
#ifndef ASSAY_TESTS_SUITE_H
#define ASSAY_TESTS_SUITE_H

#include <check.h>
#include <stddef.h>

/* Runs `tests` (as START_TEST names them, NULL at the end) one after the other, each between
 * `before` and `after`, which may be NULL. Returns what main() returns. */
static inline int suite_run(const char *name, const TTest *const *tests, void (*before)(void),
                            void (*after)(void))
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    if (before || after)
        tcase_add_checked_fixture(tcase, before, after);
    tcase_set_timeout(tcase, 0); /* ctest has a limit for the whole program */
    for (; *tests; tests++)
        tcase_add_test(tcase, *tests);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#endif
