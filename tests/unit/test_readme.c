/* The README's tables that are made from the code's own: when one differs, the test prints what
 * belongs between its markers, and ./dev readme puts it there. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <assay/buf.h>
#include <assay/fs.h>
#include <assay/json.h>

#include "checks/checks.h"
#include "image/image.h"
#include "suite.h"

#define README ASSAY_SOURCE_DIR "/README.md"

static struct assay_buf readme = {.max = 1 << 20};

static void setup(void)
{
    struct assay_error err = {0};

    ck_assert_msg(assay_fs_read_file(README, &readme, &err) == 0, "%s", err.text);
}

static void teardown(void)
{
    assay_buf_free(&readme);
}

/* Appends a Markdown table of the objects' members named by `keys`, under these titles. */
static void table(json_t *rows, const char *const *keys, const char *const *titles,
                  struct assay_buf *ret)
{
    size_t i;
    json_t *row;

    for (size_t k = 0; keys[k]; k++)
        ck_assert_int_eq(assay_buf_printf(ret, "| %s ", titles[k]), 0);
    assay_buf_printf(ret, "|\n");
    for (size_t k = 0; keys[k]; k++)
        assay_buf_printf(ret, "|---");
    assay_buf_printf(ret, "|\n");
    json_array_foreach(rows, i, row)
    {
        for (size_t k = 0; keys[k]; k++)
            assay_buf_printf(ret, "| %s ", assay_json_string(row, keys[k], ""));
        assay_buf_printf(ret, "|\n");
    }
}

/* What stands between the markers of `name`, put there by ASSAY_README_WRITE=1 (./dev readme). */
static void rewrite(const char *name, const struct assay_buf *want)
{
    char end_mark[64], begin_mark[64];
    const char *text = assay_buf_str(&readme), *begin, *end;
    struct assay_buf whole = ASSAY_BUF(1 << 20);
    struct assay_error err = {0};

    snprintf(begin_mark, sizeof(begin_mark), "<!-- %s -->\n", name);
    snprintf(end_mark, sizeof(end_mark), "<!-- /%s -->\n", name);
    begin = strstr(text, begin_mark);
    end = begin ? strstr(begin, end_mark) : NULL;
    ck_assert_msg(end != NULL, "README.md has no place for the table: %s", begin_mark);
    end += strlen(end_mark);
    ck_assert_int_eq(assay_buf_append(&whole, text, (size_t)(begin - text)), 0);
    ck_assert_int_eq(assay_buf_append(&whole, want->data, want->len), 0);
    ck_assert_int_eq(assay_buf_append(&whole, end, strlen(end)), 0);
    assay_buf_free(&readme);
    readme = whole;
    ck_assert_msg(assay_fs_write_file(README, whole.data, whole.len, 0644, &err) == 0, "%s",
                  err.text);
}

static void holds(const char *name, json_t *rows, const char *const *keys,
                  const char *const *titles)
{
    _cleanup_buf_ struct assay_buf want = ASSAY_BUF(1 << 20);

    assay_buf_printf(&want, "<!-- %s -->\n", name);
    table(rows, keys, titles, &want);
    assay_buf_printf(&want, "<!-- /%s -->\n", name);
    if (getenv("ASSAY_README_WRITE"))
        rewrite(name, &want);
    ck_assert_msg(strstr(assay_buf_str(&readme), assay_buf_str(&want)) != NULL,
                  "README.md should hold what ./dev readme writes:\n%s", assay_buf_str(&want));
    json_decref(rows);
}

START_TEST(formats_are_those_of_the_table)
{
    static const char *const keys[] = {"name", "reads", "by", "notes", NULL};
    static const char *const titles[] = {"format", "how", "by", "notes"};

    holds("formats", image_formats_json(), keys, titles);
}
END_TEST

START_TEST(checks_are_those_of_the_table)
{
    static const char *const keys[] = {"id", "severity", "title", NULL};
    static const char *const titles[] = {"check", "severity", "what"};

    holds("checks", checks_json(), keys, titles);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {formats_are_those_of_the_table, checks_are_those_of_the_table,
                                  NULL};

    return suite_run("readme", tests, setup, teardown);
}
