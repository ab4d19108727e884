/* SQLite databases in detail: names of entries, values over pages, damage, and schemas that are out
 * for harm. */
#include "image_support.h"

static struct seen seen;

/* A database "f" by the SQLite of the machine; the SQL is no format. */
static void database(const char *sql)
{
    FILE *file;
    char path[128];

    snprintf(path, sizeof(path), "%s/sql", folder);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(sql, file), 0);
    fclose(file);
    sh("rm -f f; sqlite3 -bail -batch f <sql");
}

static void is_content(const char *where, const char *text)
{
    struct record *record = find(&seen, where);
    char sha256[65];
    uint8_t digest[ASSAY_SHA256_SIZE];

    ck_assert_msg(record != NULL, "not found: %s", where);
    assay_sha256(text, strlen(text), digest);
    assay_hex_encode(digest, sizeof(digest), sha256);
    ck_assert_msg(strcmp(record->sha256, sha256) == 0, "%s: %.60s", where, record->head);
}

static bool was_unread(enum unread_reason reason, const char *where)
{
    for (size_t i = 0; i < seen.n_unread; i++)
        if (seen.unread[i].reason == reason && strcmp(seen.unread[i].where, where) == 0)
            return true;
    return false;
}

START_TEST(values_stand_one_per_line)
{
    database("CREATE TABLE t(a, b, c); INSERT INTO t VALUES(1, 'one', x'6f6e65'), (2.5, NULL, '');"
             "CREATE TABLE \"a \"\"b\"\" /c'\"(\"x \"\"y\"\"\"); INSERT INTO \"a \"\"b\"\" /c'\" "
             "VALUES('quoted');"
             "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES('k', 'v');"
             "CREATE TABLE r(rowid, oid, _rowid_); INSERT INTO r VALUES('a', 'b', 'c');"
             "CREATE TABLE empty(x)");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    is_content("t", "1\none\none\n2.5\n\n\n");
    is_content("a \"b\" /c'", "quoted\n");
    is_content("w", "k\nv\n");
    is_content("r", "a\nb\nc\n");
    is_content("empty", "");
    ck_assert_ptr_nonnull(find(&seen, "sqlite_schema"));
    ck_assert_str_eq(seen.result.format, "sqlite");
}
END_TEST

START_TEST(deleted_rows_are_in_the_raw_bytes)
{
    database("PRAGMA secure_delete = OFF; CREATE TABLE t(a); INSERT INTO t VALUES('" NEEDLE "');"
             "DELETE FROM t");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    is_content("t", "");
    ck_assert(find(&seen, "(raw)")->needle);
    sh("tar -cf g f");
    walk_whole(&seen, "g");
    nothing_unread(&seen);
    ck_assert(find(&seen, "f")->needle);
    ck_assert_ptr_nonnull(find(&seen, "f!t"));
    ck_assert_ptr_null(find(&seen, "f!(raw)"));
}
END_TEST

START_TEST(containers_in_values_are_looked_into)
{
    sh("printf '%%s and a good deal more, so that it is worth it' " NEEDLE " >x;"
       "head -c 100000 /dev/urandom >noise; gzip -kn x; tar -cf y x noise; gzip -n y; rm -f f;"
       "sqlite3 f \"CREATE TABLE files(name, data); INSERT INTO files(rowid, name, data) "
       "VALUES(-7, 'x', readfile('x.gz')), (9, 'y', readfile('y.gz'))\"");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    is_content("files", "x\n\ny\n\n");
    ck_assert(find(&seen, "files/-7/data!data")->needle);
    ck_assert(find(&seen, "files/9/data!x")->needle);
    ck_assert_uint_eq(find(&seen, "files/9/data!noise")->bytes, 100000);
}
END_TEST

START_TEST(a_database_in_wal_mode_is_read)
{
    database("PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES('x')");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    is_content("t", "x\n");
}
END_TEST

/* Values above what is held in memory are read by pieces, the rows around them as all are. */
START_TEST(long_values_are_read)
{
    database("CREATE TABLE t(a, b); INSERT INTO t VALUES('before', 1);"
             "INSERT INTO t VALUES(CAST(zeroblob(50000000) AS TEXT) || '" NEEDLE "', 2);"
             "INSERT INTO t VALUES('after', 3)");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    ck_assert_str_eq(find(&seen, "t")->head, "before\n1\n");
    ck_assert(find(&seen, "t")->needle);
    ck_assert_uint_eq(find(&seen, "t")->end, 9 + 50000000 + strlen(NEEDLE) + 2 + 8);
    sh("echo %s | gzip -c >x.gz; { cat x.gz; head -c 40000000 /dev/urandom | gzip -1; } >y.gz",
       NEEDLE);
    database("CREATE TABLE t(a); INSERT INTO t VALUES(readfile('y.gz'))");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    ck_assert(find(&seen, "t/1/a!a")->needle);
    database("CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID;"
             "INSERT INTO t VALUES(1, zeroblob(50000000))");
    walk_whole(&seen, "f");
    ck_assert(was_unread(UNREAD_BUDGET, "t"));
}
END_TEST

START_TEST(nothing_of_a_schema_is_run)
{
    database("CREATE TABLE t(a, bomb AS (length(zeroblob(1000000000))), kept AS (a || 'x') STORED);"
             "INSERT INTO t(a) VALUES('row');"
             "CREATE VIEW v AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) "
             "SELECT zeroblob(1000000000) FROM n;"
             "CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES('" NEEDLE "');"
             "CREATE VIRTUAL TABLE made USING dbstat;"
             "CREATE INDEX i ON t(length(a)) WHERE length(hex(a)) > 1;"
             "CREATE TRIGGER fires AFTER INSERT ON t BEGIN SELECT randomblob(1000000000); END;");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    is_content("t", "row\n");
    ck_assert_ptr_null(find(&seen, "v"));
    ck_assert_ptr_null(find(&seen, "words"));
    ck_assert_ptr_null(find(&seen, "made"));
    ck_assert_str_eq(find(&seen, "words_content")->head, "1\n" NEEDLE "\n");
}
END_TEST

/* A view that calls itself a table: SQLite takes the schema for damaged. */
START_TEST(a_schema_that_lies_is_reported)
{
    database("CREATE TABLE t(a); INSERT INTO t VALUES('" NEEDLE "'); CREATE TABLE u(a);"
             "PRAGMA writable_schema = ON;"
             "UPDATE sqlite_schema SET sql = 'CREATE VIEW u AS SELECT randomblob(1000000000)'"
             " WHERE name = 'u'");
    walk_whole(&seen, "f");
    ck_assert(was_unread(UNREAD_CORRUPT, ""));
    ck_assert_ptr_null(find(&seen, "u"));
    ck_assert(find(&seen, "(raw)")->needle);
}
END_TEST

/* The default of a column that was added later is part of every row. */
START_TEST(rows_may_expand_within_bounds_only)
{
    char *sql;

    ck_assert_int_ge(asprintf(&sql,
                              "CREATE TABLE t(a); WITH n(i) AS (VALUES(1) UNION ALL SELECT i + 1 "
                              "FROM n WHERE i < 20000) INSERT INTO t SELECT 1 FROM n;"
                              "ALTER TABLE t ADD COLUMN b DEFAULT '%065536d'; CREATE TABLE u(a)",
                              0),
                     0);
    database(sql);
    free(sql);
    walk_whole(&seen, "f");
    ck_assert(was_unread(UNREAD_BUDGET, "t"));
    ck_assert_uint_lt(seen.result.bytes, 200u << 20);
}
END_TEST

/* A tree of 12 levels, in each of which all children are the same page: 25^11 rows in 7 KiB. */
START_TEST(rows_of_a_tree_that_repeats_itself_are_bounded)
{
    database("PRAGMA page_size = 512; CREATE TABLE t(a)");
    sh("python3 -c \"import struct\n"
       "f = open('f', 'r+b'); f.seek(28); f.write(struct.pack('>I', 13))\n"
       "cells = b''.join(struct.pack('>IB', 0, i + 1) for i in range(25))\n"
       "for page in range(2, 13):\n"
       "    at = 512 - len(cells); child = struct.pack('>I', page + 1)\n"
       "    head = struct.pack('>BHHHB', 5, 0, 25, at, 0) + child\n"
       "    head += b''.join(struct.pack('>H', at + 5 * i) for i in range(25))\n"
       "    f.seek(512 * (page - 1))\n"
       "    f.write(head.ljust(at, b'\\0') + cells.replace(b'\\0\\0\\0\\0', child))\n"
       "row = bytes([12, 1, 2, 33]) + b'a row here'\n"
       "head = struct.pack('>BHHHBH', 13, 0, 1, 512 - len(row), 0, 512 - len(row))\n"
       "f.seek(512 * 12); f.write(head.ljust(512 - len(row), b'\\0') + row)\n\"");
    walk_whole(&seen, "f");
    ck_assert(was_unread(UNREAD_BUDGET, "t"));
    ck_assert_str_eq(find(&seen, "t")->head,
                     "a row here\na row here\na row here\na row here\na row here\na row he");
    ck_assert_uint_lt(seen.result.bytes, 100u << 20);
}
END_TEST

START_TEST(collations_of_others_do_not_matter)
{
    database("CREATE TABLE t(a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES('x');"
             "PRAGMA writable_schema = ON;"
             "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a TEXT PRIMARY KEY COLLATE theirs) "
             "WITHOUT ROWID' WHERE name = 't'");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    is_content("t", "x\n");
}
END_TEST

static void many_rows(void)
{
    database("CREATE TABLE t(a); WITH n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE "
             "i < 5000) INSERT INTO t SELECT 'row ' || i FROM n;"
             "CREATE TABLE u(a); INSERT INTO u VALUES('" NEEDLE "')");
}

/* Every page once: what cannot be read is reported, and the raw bytes are there all the same. */
START_TEST(damaged_pages_are_reported)
{
    int pages;

    many_rows();
    sh("cp f whole; stat -c %%s f | { read s; test $s -gt 80000; }");
    for (pages = 1; pages < 20; pages++) {
        sh("cp whole f; dd if=/dev/urandom of=f bs=4096 count=1 seek=%d conv=notrunc status=none",
           pages);
        walk_whole(&seen, "f");
        ck_assert_uint_gt(seen.n_unread, 0);
        ck_assert_int_eq(seen.unread[0].reason, UNREAD_CORRUPT);
        ck_assert_uint_eq(find(&seen, "(raw)")->end, seen.result.size);
    }
}
END_TEST

START_TEST(what_a_cut_database_has_left_is_read)
{
    many_rows();
    sh("truncate -s 40000 f");
    walk_whole(&seen, "f");
    ck_assert(was_unread(UNREAD_CORRUPT, ""));
    ck_assert_str_eq(find(&seen, "t")->head,
                     "row 1\nrow 2\nrow 3\nrow 4\nrow 5\nrow 6\nrow 7\nrow 8\nrow 9\nrow 10\nro");
    many_rows();
    sh("truncate -s 100 f");
    walk_whole(&seen, "f");
    ck_assert_uint_gt(seen.n_unread, 0);
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    Suite *suite = suite_create("image_sqlite");
    TCase *reads = tcase_create("reads"), *harm = tcase_create("harm");

    tcase_add_checked_fixture(reads, set_up, done);
    tcase_set_timeout(reads, 120);
    tcase_add_test(reads, values_stand_one_per_line);
    tcase_add_test(reads, deleted_rows_are_in_the_raw_bytes);
    tcase_add_test(reads, containers_in_values_are_looked_into);
    tcase_add_test(reads, a_database_in_wal_mode_is_read);
    tcase_add_test(reads, long_values_are_read);
    tcase_add_test(reads, collations_of_others_do_not_matter);
    suite_add_tcase(suite, reads);
    tcase_add_checked_fixture(harm, set_up, done);
    tcase_set_timeout(harm, 120);
    tcase_add_test(harm, nothing_of_a_schema_is_run);
    tcase_add_test(harm, a_schema_that_lies_is_reported);
    tcase_add_test(harm, rows_may_expand_within_bounds_only);
    tcase_add_test(harm, rows_of_a_tree_that_repeats_itself_are_bounded);
    tcase_add_test(harm, damaged_pages_are_reported);
    tcase_add_test(harm, what_a_cut_database_has_left_is_read);
    suite_add_tcase(suite, harm);
    return run_suite(suite);
}
