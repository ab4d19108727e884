/* Nix archives that are not what nix-store writes. */
#include "image_support.h"
#include "suite.h"

static struct seen seen;

/* Appends a string, as the format has it, to the file "artifact". */
static void put(const char *text, size_t len)
{
    static const uint8_t zeros[8];
    uint64_t size = len;
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/artifact", folder);
    file = fopen(path, "ae");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(&size, 8, 1, file), 1); /* little-endian machines */
    ck_assert_uint_eq(fwrite(text, 1, len, file), len);
    ck_assert_uint_eq(fwrite(zeros, 1, -len & 7, file), -len & 7);
    fclose(file);
}

/* The words, the last one NULL. */
static void put_words(const char *const *words)
{
    for (; *words; words++)
        put(*words, strlen(*words));
}

#define PUT(...) put_words((const char *const[]){__VA_ARGS__, NULL})

static void begin(void)
{
    sh("rm -f artifact");
    PUT("nix-archive-1", "(", "type", "directory");
}

static void put_file(const char *name, size_t len, const char *content)
{
    PUT("entry", "(", "name");
    put(name, len);
    PUT("node", "(", "type", "regular", "contents", content, ")", ")");
}

START_TEST(names_that_are_none_are_refused)
{
    static const struct {
        const char *name;
        size_t len;
    } rows[] = {{"", 0}, {".", 1}, {"..", 2}, {"a/b", 3}, {"/", 1}, {"a\0b", 3}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        begin();
        put_file("a", 1, "first");
        put_file(rows[i].name, rows[i].len, NEEDLE);
        PUT(")");
        walk_whole(&seen, "artifact");
        ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
        ck_assert_str_eq(find(&seen, "a")->head, "first");
        /* What cannot be told apart any more is scanned all the same. */
        ck_assert(find(&seen, "(after the end)")->needle);
    }
}
END_TEST

START_TEST(entries_come_once_and_in_order)
{
    begin();
    put_file("b", 1, "one");
    put_file("bb", 2, "two");
    put_file("c", 1, "three");
    PUT(")");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_uint_eq(seen.n, 4);
    for (size_t i = 0; i < 3; i++) {
        static const char *const second[] = {"b", "bb", "a"};

        begin();
        put_file("bb", 2, "one");
        put_file(second[i], strlen(second[i]), NEEDLE);
        PUT(")");
        walk_whole(&seen, "artifact");
        ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
        ck_assert(find(&seen, "(after the end)")->needle);
    }
}
END_TEST

START_TEST(what_is_no_word_ends_it)
{
    sh("rm -f artifact");
    PUT("nix-archive-1", "(", "type", "device", ")");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));

    begin();
    PUT("entry", "(", "name", "a", "node", "(", "type", "symlink", "target");
    put("x\0y", 3);
    PUT(")", ")", ")");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));

    /* a length that no memory holds */
    begin();
    sh("printf '\\377\\377\\377\\377\\377\\377\\377\\377' >>artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));

    /* a file longer than the archive */
    begin();
    PUT("entry", "(", "name", "a", "node", "(", "type", "regular", "contents");
    sh("printf '\\377\\0\\0\\0\\0\\0\\0\\0abc' >>artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "a", UNREAD_CORRUPT));
    ck_assert_str_eq(find(&seen, "a")->head, "abc");
}
END_TEST

START_TEST(padding_hides_nothing)
{
    begin();
    PUT("entry", "(", "name", "a", "node", "(", "type", "regular", "contents");
    sh("printf '\\1\\0\\0\\0\\0\\0\\0\\0aTOKEN=x' >>artifact");
    PUT(")", ")", ")");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
}
END_TEST

START_TEST(folders_have_a_depth)
{
    begin();
    for (unsigned i = 0; i < 1100; i++)
        PUT("entry", "(", "name", "d", "node", "(", "type", "directory");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_BUDGET));
    ck_assert_uint_lt(seen.n, 1100);
}
END_TEST

START_TEST(what_follows_is_scanned)
{
    begin();
    PUT(")");
    sh("printf " NEEDLE " >>artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "(after the end)")->needle);

    /* and every cut is told */
    begin();
    put_file("a", 1, "content");
    put_file("b", 1, "more of it");
    PUT(")");
    sh("mv artifact whole");
    for (unsigned left = 24; left < 400; left += 8) {
        sh("head -c %u whole >artifact", left);
        walk_whole(&seen, "artifact");
        ck_assert_msg(seen.n_unread > 0, "cut to %u", left);
    }
}
END_TEST

START_TEST(modes_and_lone_files)
{
    sh("printf '#!/bin/sh' >tool; chmod +x tool; nix-store --dump tool >artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_str_eq(find(&seen, "(content)")->head, "#!/bin/sh");
    ck_assert_uint_eq(find(&seen, "(content)")->mode, 0555);

    /* An archive in an archive, compressed. */
    sh("mkdir d; xz <artifact >d/tool.nar.xz; nix-store --dump d >artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_str_eq(find(&seen, "tool.nar.xz!(content)")->head, "#!/bin/sh");
    ck_assert_str_eq(seen.result.format, "nar");
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    const TTest *const tests[] = {names_that_are_none_are_refused,
                                  entries_come_once_and_in_order,
                                  what_is_no_word_ends_it,
                                  padding_hides_nothing,
                                  folders_have_a_depth,
                                  what_follows_is_scanned,
                                  modes_and_lone_files,
                                  NULL};

    return suite_run("image_nar", tests, set_up, done);
}
