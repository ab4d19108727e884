/* Every format that Assay reads, by the table in tests/formats: made by the real tool, walked, and
 * compared with what was packed. ASSAY_FORMATS_ONLY: those of which FORMAT-VARIANT holds this. */
#include "formats/table.h"
#include "image_support.h"

static struct seen seen;

/* Folders and plain files, as every format can hold them. */
static void make_plain_tree(void)
{
    sh("mkdir -p tree/etc tree/data/deep/er tree/empty; printf 'wsl\\n' >tree/etc/wsl.cfg\n"
       "printf secret >tree/data/deep/er/notes.txt; head -c 1000001 /dev/urandom >tree/data/big\n"
       "printf 'a line with %s\\n' >tree/data/hay.txt; cd tree/data\n"
       "i=0; while [ $i -lt 40 ]; do echo number $i >f$i; i=$((i + 1)); done; seq 30000 >seq",
       NEEDLE);
}

static void make_fixture(const struct fixture *fixture)
{
    char script[64];
    size_t i;

    for (i = 0; fixture->format[i] && i + 1 < sizeof(script); i++)
        script[i] = fixture->format[i] == ' ' ? '-' : (char)(fixture->format[i] | 0x20);
    script[i] = 0;
    sh("rm -rf tree f; mkdir work");
    if (fixture->proof == PROOF_TREE || fixture->proof == PROOF_LINKS)
        make_tree();
    else
        make_plain_tree();
    if (fixture->proof == PROOF_LINKS)
        sh("rm tree/data/fifo");
    sh("top=$PWD; cd work && %s/tests/formats/make/%s.sh %s \"$top/tree\" \"$top/f\" && "
       "cd .. && rm -rf work",
       ASSAY_SOURCE_DIR, script, fixture->variant);
}

static bool below(const struct fixture *fixture, const struct record *record)
{
    return strncmp(record->where, fixture->prefix, strlen(fixture->prefix)) == 0;
}

/* nftw(): the file's content was seen below the fixture's prefix. */
static const struct fixture *wanted;

static int find_content(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    char sha256[65];
    int fd;

    (void)flag;
    (void)ftw;
    if (!S_ISREG(st->st_mode))
        return 0;
    fd = open(path, O_RDONLY);
    ck_assert_int_eq(assay_digest_file(fd, sha256, NULL, NULL, NULL), 0);
    close(fd);
    for (size_t i = 0; i < seen.n; i++)
        if (below(wanted, &seen.records[i]) && strcmp(seen.records[i].sha256, sha256) == 0)
            return 0;
    ck_abort_msg("%s-%s: content not found: %s", wanted->format, wanted->variant, path);
    return 1;
}

static void find_needle(const struct fixture *fixture)
{
    for (size_t i = 0; i < seen.n; i++)
        if (below(fixture, &seen.records[i]) && seen.records[i].needle)
            return;
    ck_abort_msg("%s-%s: the needle was not found", fixture->format, fixture->variant);
}

static void was_counted(const struct fixture *fixture)
{
    for (size_t i = 0; i < seen.result.n_counts; i++)
        if (strcmp(seen.result.counts[i].format, fixture->format) == 0)
            return;
    ck_abort_msg("%s-%s: no such format was met", fixture->format, fixture->variant);
}

static void prove(const struct fixture *fixture)
{
    char tree[128];

    was_counted(fixture);
    if (fixture->proof != PROOF_REPORTED && fixture->proof != PROOF_TOLD)
        nothing_unread(&seen);
    switch (fixture->proof) {
    case PROOF_TREE:
    case PROOF_LINKS:
    case PROOF_FILES:
        compare_files(&seen, fixture->prefix);
        break;
    case PROOF_CONTENTS:
        wanted = fixture;
        snprintf(tree, sizeof(tree), "%s/tree", folder);
        ck_assert_int_eq(nftw(tree, find_content, 64, FTW_PHYS), 0);
        break;
    case PROOF_REPORTED:
        ck_assert_msg(seen.n_unread > 0, "%s-%s: not reported", fixture->format, fixture->variant);
        find_needle(fixture);
        break;
    case PROOF_TOLD:
        ck_assert_msg(seen.n_unread > 0, "%s-%s: not reported", fixture->format, fixture->variant);
        break;
    case PROOF_NEEDLE:
        find_needle(fixture);
        break;
    }
}

START_TEST(is_read)
{
    const struct fixture *fixture = &fixtures[_i];
    const char *only = getenv("ASSAY_FORMATS_ONLY");
    char name[64];

    snprintf(name, sizeof(name), "%s-%s", fixture->format, fixture->variant);
    if (only && !strstr(name, only))
        return;
    fprintf(stderr, "%s\n", name);
    make_fixture(fixture);
    walk_whole(&seen, "f");
    prove(fixture);
}
END_TEST

START_TEST(no_format_is_without_a_fixture)
{
    json_t *formats = image_formats_json(), *format;
    size_t i, j;

    json_array_foreach(formats, i, format)
    {
        const char *name = assay_json_string(format, "name", "");

        for (j = 0; j < n_fixtures && strcmp(fixtures[j].format, name) != 0; j++)
            ;
        ck_assert_msg(j < n_fixtures, "tests/formats/table.c has no row for %s", name);
    }
    json_decref(formats);
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    Suite *suite = suite_create("formats");
    TCase *reads = tcase_create("reads");
    TCase *table = tcase_create("table");

    tcase_add_checked_fixture(reads, set_up, done);
    tcase_set_timeout(reads, 240);
    tcase_add_loop_test(reads, is_read, 0, (int)n_fixtures);
    suite_add_tcase(suite, reads);
    tcase_add_test(table, no_format_is_without_a_fixture);
    suite_add_tcase(suite, table);
    return run_suite(suite);
}
