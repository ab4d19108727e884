/* The daemon's blobs. */
#include "store_fixture.h"
#include "suite.h"

static void make_file(const char *name, const char *content, char ret_path[256],
                      char ret_sha256[ASSAY_SHA256_HEX])
{
    _cleanup_close_ int fd = -1;
    uint64_t size;

    snprintf(ret_path, 256, "%s/%s", dir, name);
    OK(assay_fs_write_file(ret_path, content, strlen(content), 0600, &err));
    fd = open(ret_path, O_RDONLY | O_CLOEXEC);
    OK(assay_digest_file(fd, ret_sha256, NULL, &size, &err));
}

START_TEST(a_blob_is_put_once_and_read_back)
{
    struct blobs *blobs = NULL;
    char path[256], sha256[ASSAY_SHA256_HEX], where[256], text[16] = "";
    _cleanup_close_ int fd = -1, evidence = -1;
    uint64_t size = 0;

    snprintf(where, sizeof(where), "%s/blobs", dir);
    OK(blobs_open(where, &blobs, &err));
    make_file("a", "hello", path, sha256);
    OK(blobs_put(blobs, path, sha256, &err));
    ck_assert_int_eq(access(path, F_OK), -1); /* it was moved */
    OK(blobs_put(blobs, path, sha256, &err)); /* there and sound: the file is not needed */
    OK(blobs_get(blobs, sha256, &fd, &size, &err));
    ck_assert_uint_eq(size, 5);
    ck_assert_int_eq(read(fd, text, sizeof(text)), 5);
    ck_assert_str_eq(text, "hello");
    OK(blobs_put_evidence(blobs, sha256, "1-2", "audit.json", "{}", 2, &err));
    OK(blobs_get_evidence(blobs, sha256, "1-2", "audit.json", &evidence, &size, &err));
    ck_assert_uint_eq(size, 2);
    ck_assert_int_eq(blobs_get_evidence(blobs, sha256, "1-2", "minisig", &fd, &size, &err),
                     -ENOENT);
    ck_assert_int_eq(blobs_get_evidence(blobs, sha256, "1-2", "../x", &fd, &size, &err), -ENOENT);
    ck_assert_int_eq(blobs_get(blobs, "../../etc/passwd", &fd, &size, &err), -ENOENT);
    blobs_close(blobs);
}
END_TEST

START_TEST(a_blob_with_another_digest_is_refused)
{
    struct blobs *blobs = NULL;
    char path[256], sha256[ASSAY_SHA256_HEX], where[256];
    int fd;
    uint64_t size;

    snprintf(where, sizeof(where), "%s/blobs", dir);
    OK(blobs_open(where, &blobs, &err));
    make_file("a", "hello", path, sha256);
    sha256[0] = sha256[0] == 'a' ? 'b' : 'a';
    ck_assert_int_eq(blobs_put(blobs, path, sha256, &err), -EBADMSG);
    ck_assert_int_eq(blobs_get(blobs, sha256, &fd, &size, &err), -ENOENT);
    blobs_close(blobs);
}
END_TEST

START_TEST(a_damaged_blob_is_replaced)
{
    struct blobs *blobs = NULL;
    char path[256], sha256[ASSAY_SHA256_HEX], where[256], blob[512], text[16] = "";
    _cleanup_close_ int fd = -1;
    uint64_t size;

    snprintf(where, sizeof(where), "%s/blobs", dir);
    OK(blobs_open(where, &blobs, &err));
    make_file("a", "hello", path, sha256);
    OK(blobs_put(blobs, path, sha256, &err));
    snprintf(blob, sizeof(blob), "%s/sha256/%.2s/%s/artifact", where, sha256, sha256);
    OK(assay_fs_write_file(blob, "jello", 5, 0444, &err));
    make_file("a", "hello", path, sha256);
    OK(blobs_put(blobs, path, sha256, &err));
    OK(blobs_get(blobs, sha256, &fd, &size, &err));
    ck_assert_int_eq(read(fd, text, sizeof(text)), 5);
    ck_assert_str_eq(text, "hello");
    blobs_close(blobs);
}
END_TEST

START_TEST(a_file_with_two_names_is_copied)
{
    struct blobs *blobs = NULL;
    char path[256], sha256[ASSAY_SHA256_HEX], where[256], alias[512], text[16] = "";
    _cleanup_close_ int fd = -1, other = -1;
    uint64_t size;

    snprintf(where, sizeof(where), "%s/blobs", dir);
    OK(blobs_open(where, &blobs, &err));
    make_file("a", "hello", path, sha256);
    snprintf(alias, sizeof(alias), "%s/alias", dir);
    ck_assert_int_eq(link(path, alias), 0);
    OK(blobs_put(blobs, path, sha256, &err));
    other = open(alias, O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(write(other, "jello", 5), 5);
    OK(blobs_get(blobs, sha256, &fd, &size, &err));
    ck_assert_int_eq(read(fd, text, sizeof(text)), 5);
    ck_assert_str_eq(text, "hello");
    blobs_close(blobs);
}
END_TEST

START_TEST(a_file_of_somebody_else_is_copied)
{
    struct blobs *blobs = NULL;
    char path[256], sha256[ASSAY_SHA256_HEX], where[256];
    _cleanup_close_ int fd = -1;
    struct stat st;
    uint64_t size;

    if (geteuid() != 0)
        return; /* nothing can be given away */
    snprintf(where, sizeof(where), "%s/blobs", dir);
    OK(blobs_open(where, &blobs, &err));
    make_file("a", "hello", path, sha256);
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    OK(blobs_put(blobs, path, sha256, &err));
    OK(blobs_get(blobs, sha256, &fd, &size, &err));
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_uint_eq(st.st_uid, 0);
    blobs_close(blobs);
}
END_TEST

static bool there(struct blobs *blobs, const char *sha256)
{
    _cleanup_close_ int fd = -1;
    uint64_t size;

    return blobs_get(blobs, sha256, &fd, &size, &err) == 0;
}

START_TEST(a_blob_is_dropped_when_nobody_wants_it)
{
    struct blobs *blobs = NULL;
    struct build first, second;
    char path[256], sha256[ASSAY_SHA256_HEX], where[256];
    int64_t release;

    snprintf(where, sizeof(where), "%s/blobs", dir);
    OK(blobs_open(where, &blobs, &err));
    make_file("a", "hello", path, sha256);
    queue("one", "", NULL);
    queue("two", "", NULL);
    to_signing(&first, sha256);
    to_signing(&second, sha256);
    OK(blobs_put(blobs, path, sha256, &err));
    ck_assert_int_eq(blobs_drop(blobs, store, sha256, first.id, &err), 0); /* the second's */
    OK(store_build_fail(store, &second, "sign", "refused", &err));
    ck_assert_int_eq(blobs_drop(blobs, store, sha256, 0, &err), 0); /* the first's */
    ck_assert(there(blobs, sha256));
    ck_assert_int_eq(blobs_drop(blobs, store, sha256, first.id, &err), 1);
    ck_assert(!there(blobs, sha256));
    ck_assert_int_eq(blobs_drop(blobs, store, sha256, first.id, &err), 0);
    make_file("a", "hello", path, sha256);
    OK(blobs_put(blobs, path, sha256, &err));
    OK(store_release_publish(store, &first, "nightly", &release, &err));
    ck_assert_int_eq(blobs_drop(blobs, store, sha256, first.id, &err), 0);
    ck_assert(there(blobs, sha256));
    blobs_close(blobs);
}
END_TEST

START_TEST(the_sweep_takes_what_crashes_left)
{
    static const char *const left[] = {"1-2.minisig.a1B2c3", "1-2.audit.json.abcdef"};
    struct blobs *blobs = NULL;
    struct build build;
    char path[256], wanted[ASSAY_SHA256_HEX], orphan[ASSAY_SHA256_HEX], unknown[ASSAY_SHA256_HEX];
    char where[256], name[600];
    _cleanup_close_ int evidence = -1;
    uint64_t size;
    int n = 0;

    snprintf(where, sizeof(where), "%s/blobs", dir);
    OK(blobs_open(where, &blobs, &err));
    make_file("a", "orphan", path, orphan);
    OK(blobs_put(blobs, path, orphan, &err));
    OK(blobs_put_evidence(blobs, orphan, "1-1", "minisig", "x", 1, &err));
    queue("one", "", NULL);
    to_signing(&build, orphan);
    OK(store_build_fail(store, &build, "sign", "refused", &err));
    make_file("a", "from before the database was lost", path, unknown);
    OK(blobs_put(blobs, path, unknown, &err));
    make_file("a", "hello", path, wanted);
    queue("one", "", NULL);
    to_signing(&build, wanted);
    OK(blobs_put(blobs, path, wanted, &err));
    OK(blobs_put_evidence(blobs, wanted, "1-2", "minisig", "x", 1, &err));
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof(name), "%s/sha256/%.2s/%s/%s", where, wanted, wanted, left[i]);
        OK(assay_fs_write_file(name, "x", 1, 0600, &err));
    }
    OK(store_recover(store, &err)); /* it will be signed by the next that claims it */
    OK(blobs_sweep(blobs, store, &n, &err));
    ck_assert_int_eq(n, 3);
    ck_assert(!there(blobs, orphan));
    ck_assert(there(blobs, wanted));
    ck_assert(there(blobs, unknown));
    OK(blobs_get_evidence(blobs, wanted, "1-2", "minisig", &evidence, &size, &err));
    OK(blobs_sweep(blobs, store, &n, &err));
    ck_assert_int_eq(n, 0);
    blobs_close(blobs);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_blob_is_put_once_and_read_back,  a_blob_with_another_digest_is_refused,
        a_damaged_blob_is_replaced,        a_file_with_two_names_is_copied,
        a_file_of_somebody_else_is_copied, a_blob_is_dropped_when_nobody_wants_it,
        the_sweep_takes_what_crashes_left, NULL};

    return suite_run("store_blobs", tests, setup, teardown);
}
