/* git's objects in detail: ids and paths, what is missing or damaged, and packs out for harm. */
#include "image_support.h"

static struct seen seen;

/* A repository "r" with commits of what the shell text makes in it. */
static void repository(const char *digest, const char *text)
{
    sh("export HOME=$PWD GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com "
       "GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com\n"
       "rm -rf r; git init -q --object-format=%s r; cd r; git config gc.auto 0\n%s",
       digest, text);
}

/* A file in a folder with a secret in it, which a later commit deletes. */
static const char *const history =
    "commit() { git add -A; git commit -q -m \"$1\"; }\n"
    "mkdir -p src/deep; for i in 1 2 3 4 5 6 7 8 9; do seq 1 2000 >src/list; echo $i >>src/list\n"
    "echo $i >src/deep/f$i; commit $i; done\n"
    "echo " NEEDLE " >src/config.py; commit with; rm src/config.py; commit without\n"
    "git tag -a -m 'a tag' v1; ";

static bool was_unread(enum unread_reason reason, const char *where)
{
    for (size_t i = 0; i < seen.n_unread; i++)
        if (seen.unread[i].reason == reason && strcmp(seen.unread[i].where, where) == 0)
            return true;
    return false;
}

static struct record *find_start(const char *start)
{
    for (size_t i = 0; i < seen.n; i++)
        if (strncmp(seen.records[i].where, start, strlen(start)) == 0)
            return &seen.records[i];
    return NULL;
}

/* Every object that git knows of was told, under the name that git gives it. */
static void all_objects_told(size_t at_least)
{
    char path[128], type[16], id[80], where[128];
    size_t n = 0;
    FILE *file;

    sh("git -C r cat-file --batch-all-objects --batch-check='%%(objecttype) %%(objectname)' >all");
    snprintf(path, sizeof(path), "%s/all", folder);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    for (; fscanf(file, "%15s %79s", type, id) == 2; n++) {
        snprintf(where, sizeof(where), "%s/%s", type, id);
        ck_assert_msg(find_start(where) != NULL, "not told: %s", where);
    }
    fclose(file);
    ck_assert_uint_ge(n, at_least);
    ck_assert_uint_eq(seen.n, n + 1); /* and the raw bytes */
}

START_TEST(objects_have_the_names_that_git_gives)
{
    static const char *const digests[] = {"sha1", "sha256"};

    for (size_t i = 0; i < 2; i++) {
        repository(digests[i], history);
        sh("cd r; git gc -q --aggressive --prune=now; cp .git/objects/pack/*.pack ../f\n"
           "git verify-pack -v .git/objects/pack/*.idx | grep -q 'chain length = 2'");
        walk_whole(&seen, "f");
        nothing_unread(&seen);
        all_objects_told(50);
    }
}
END_TEST

START_TEST(a_deleted_file_is_found_under_its_path)
{
    char id[80], where[160], path[128];
    FILE *file;

    repository("sha1", history);
    sh("cd r; git rev-parse v1~1:src/config.py >../id; git gc -q; tar -cf ../f .git");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    snprintf(path, sizeof(path), "%s/id", folder);
    file = fopen(path, "r");
    ck_assert_int_eq(fscanf(file, "%79s", id), 1);
    fclose(file);
    snprintf(where, sizeof(where), "!blob/%s/src/config.py", id);
    for (size_t i = 0; i < seen.n; i++)
        if (strstr(seen.records[i].where, where)) {
            ck_assert(seen.records[i].needle);
            ck_assert_int_eq(seen.records[i].type, ENTRY_FILE);
            return;
        }
    ck_abort_msg("not found: %s", where);
}
END_TEST

START_TEST(containers_and_long_blobs_are_read)
{
    char sha256[65];
    int fd;
    bool inside = false, big = false, empty = false;

    repository("sha1", "head -c 5000001 /dev/urandom >big; cp big ../big; : >empty\n"
                       "echo " NEEDLE " >x; tar -czf a.tar.gz x; rm x; git add -A\n"
                       "git commit -q -m all; git gc -q; cp .git/objects/pack/*.pack ../f");
    walk_whole(&seen, "f");
    nothing_unread(&seen);
    snprintf(artifact_path, sizeof(artifact_path), "%s/big", folder);
    fd = open(artifact_path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(assay_digest_file(fd, sha256, NULL, NULL, NULL), 0);
    close(fd);
    for (size_t i = 0; i < seen.n; i++) {
        const struct record *record = &seen.records[i];

        inside |= strstr(record->where, "/a.tar.gz!x") && record->needle;
        big |= strstr(record->where, "/big") && strcmp(record->sha256, sha256) == 0;
        empty |= strstr(record->where, "/empty") && record->done && !record->bytes;
    }
    ck_assert(inside && big && empty);
}
END_TEST

START_TEST(a_thin_pack_is_reported)
{
    repository("sha1", history);
    sh("cd r; printf 'v1~2\\n^v1~3\\n' | git pack-objects -q --thin --stdout --revs >../f");
    walk_whole(&seen, "f");
    ck_assert(was_unread(UNREAD_CORRUPT, ""));
    ck_assert_ptr_nonnull(strstr(seen.unread[0].detail, "is not in the pack"));
    ck_assert_ptr_nonnull(find_start("commit/"));
}
END_TEST

START_TEST(damage_is_reported_and_the_rest_is_read)
{
    repository("sha1", history);
    sh("cd r; git gc -q; cp .git/objects/pack/*.pack ../whole");
    /* The trailer alone. */
    sh("cp whole f; printf 'xxxx' | dd of=f bs=1 seek=$(($(stat -c %%s f) - 4)) conv=notrunc "
       "status=none");
    walk_whole(&seen, "f");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert(was_unread(UNREAD_CORRUPT, ""));
    all_objects_told(50);
    /* Bytes after the end. */
    sh("cp whole f; printf " NEEDLE " >>f");
    walk_whole(&seen, "f");
    ck_assert(was_unread(UNREAD_CORRUPT, ""));
    ck_assert(find(&seen, "(raw)")->needle);
}
END_TEST

START_TEST(a_pack_may_be_cut_anywhere)
{
    struct stat st;
    char path[128];
    size_t objects = 0;

    repository("sha1", history);
    sh("cd r; git gc -q; cp .git/objects/pack/*.pack ../whole");
    snprintf(path, sizeof(path), "%s/whole", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    for (off_t size = 32; size < st.st_size; size += 100) {
        sh("cp whole f; truncate -s %lld f", (long long)size);
        walk_whole(&seen, "f");
        ck_assert(was_unread(UNREAD_CORRUPT, ""));
        ck_assert_uint_ge(seen.n, objects); /* the more there is, the more is read */
        objects = seen.n;
    }
    ck_assert_uint_gt(objects, 40);
}
END_TEST

static void hostile(const char *kind)
{
    sh("python3 -B %s/tests/unit/git_pack.py %s f", ASSAY_SOURCE_DIR, kind);
    walk_whole(&seen, "f");
}

/* Of each what is sound is read, and the rest is reported. */
START_TEST(packs_out_for_harm_stay_in_bounds)
{
    static const struct {
        const char *kind;
        enum unread_reason reason;
    } rows[] = {
        {"bomb", UNREAD_BUDGET},   {"tower", UNREAD_BUDGET},  {"cycle", UNREAD_CORRUPT},
        {"sizes", UNREAD_CORRUPT}, {"wrong", UNREAD_CORRUPT}, {"count", UNREAD_CORRUPT},
        {"bases", UNREAD_CORRUPT},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct record *kept;

        hostile(rows[i].kind);
        ck_assert_msg(was_unread(rows[i].reason, ""), "%s", rows[i].kind);
        kept = find_start("blob/");
        ck_assert_msg(kept && kept->needle, "%s", rows[i].kind);
        ck_assert_uint_lt(seen.result.bytes, 300u << 20);
        ck_assert_uint_lt(seen.n_unread, 25);
    }
}
END_TEST

/* The deltas that cannot be read are told of, none of them twice. */
START_TEST(each_wrong_delta_is_reported)
{
    hostile("wrong");
    ck_assert_uint_eq(seen.n_unread, 8);
}
END_TEST

START_TEST(a_long_chain_is_read)
{
    hostile("chain");
    nothing_unread(&seen);
    ck_assert_uint_eq(seen.n, 9002);
    for (size_t i = 0; i < seen.n; i++)
        ck_assert(seen.records[i].needle || i == seen.n - 1);
}
END_TEST

START_TEST(loose_objects_are_known_by_content)
{
    sh("python3 -c \"import zlib; d = b'" NEEDLE "'\n"
       "def w(n, x): open(n, 'wb').write(x)\n"
       "def o(t, s): return zlib.compress(b'%%s %%d\\0' %% (t, s) + d, 1)\n"
       "w('good', o(b'blob', len(d))); w('tag', o(b'tag', len(d))); w('long', o(b'blob', 4))\n"
       "w('short', o(b'blob', 99)); w('cut', o(b'blob', len(d))[:-3]); w('other', o(b'blub', 20))\n"
       "w('after', o(b'blob', len(d)) + b'abcdef'); w('text', b'x\\x9c is no zlib stream' * 9)\n"
       "w('fixed', zlib.compress(b'no object' * 99))\n\"\n"
       "tar -cf f good tag long short cut other after text fixed");
    walk_whole(&seen, "f");
    ck_assert_uint_eq(seen.n_unread, 3);
    ck_assert(was_unread(UNREAD_CORRUPT, "long!blob"));
    ck_assert(was_unread(UNREAD_CORRUPT, "short!blob"));
    ck_assert(was_unread(UNREAD_CORRUPT, "cut!blob"));
    ck_assert(find(&seen, "good!blob")->needle);
    ck_assert(find(&seen, "tag!tag")->needle);
    ck_assert(find(&seen, "after!blob")->needle);
    ck_assert_str_eq(find(&seen, "after!(after the end)")->head, "abcdef");
    ck_assert_uint_eq(find(&seen, "fixed!fixed")->bytes, 9 * 99);
    ck_assert_ptr_null(find(&seen, "text!text"));
    ck_assert_uint_eq(find(&seen, "cut!blob")->bytes, strlen(NEEDLE));
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    Suite *suite = suite_create("image_git");
    TCase *reads = tcase_create("reads"), *harm = tcase_create("harm");

    tcase_add_checked_fixture(reads, set_up, done);
    tcase_set_timeout(reads, 120);
    tcase_add_test(reads, objects_have_the_names_that_git_gives);
    tcase_add_test(reads, a_deleted_file_is_found_under_its_path);
    tcase_add_test(reads, containers_and_long_blobs_are_read);
    tcase_add_test(reads, a_long_chain_is_read);
    tcase_add_test(reads, loose_objects_are_known_by_content);
    suite_add_tcase(suite, reads);
    tcase_add_checked_fixture(harm, set_up, done);
    tcase_set_timeout(harm, 120);
    tcase_add_test(harm, a_thin_pack_is_reported);
    tcase_add_test(harm, damage_is_reported_and_the_rest_is_read);
    tcase_add_test(harm, a_pack_may_be_cut_anywhere);
    tcase_add_test(harm, packs_out_for_harm_stay_in_bounds);
    tcase_add_test(harm, each_wrong_delta_is_reported);
    suite_add_tcase(suite, harm);
    return run_suite(suite);
}
