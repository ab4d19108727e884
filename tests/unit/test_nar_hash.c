/* NAR hashes, compared with those of nix-store --dump over the same trees. */
#include "image_support.h"
#include "nix/nar_hash.h"

static char want[ASSAY_SHA256_HEX];
static struct nar_hash *nar;

static void begin(void)
{
    set_up();
    nar = nar_hash_new();
    ck_assert_ptr_nonnull(nar);
}

static void end(void)
{
    nar_hash_free(nar);
    tear_down();
}

static int node(const char *path, enum nar_kind kind, uint64_t size)
{
    return nar_hash_node(nar, &(struct nar_node){.path = path, .kind = kind, .size = size});
}

static void put_file(const char *path, const struct stat *st, size_t root)
{
    static uint8_t data[70000];
    struct nar_node file = {.path = path[root] ? path + root + 1 : "",
                            .kind = NAR_FILE,
                            .executable = st->st_mode & 0100,
                            .size = (uint64_t)st->st_size};
    uint64_t at = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY);

    ck_assert_int_eq(nar_hash_node(nar, &file), 0);
    while ((n = read(fd, data, sizeof(data))) > 0) {
        /* Pieces of zeros are left out, as a walk leaves out holes. */
        if (data[0] || memcmp(data, data + 1, (size_t)n - 1) != 0)
            ck_assert_int_eq(nar_hash_bytes(nar, data, (size_t)n, at), 0);
        at += (uint64_t)n;
    }
    close(fd);
    ck_assert_int_eq(nar_hash_done(nar), 0);
}

/* Feeds what stands at `path` in the archive's order. */
static void put_tree(const char *path, size_t root)
{
    char line[4096], target[4096] = "", command[8192];
    struct stat st;
    FILE *names;

    ck_assert_int_eq(lstat(path, &st), 0);
    if (S_ISREG(st.st_mode)) {
        put_file(path, &st, root);
        return;
    }
    if (S_ISLNK(st.st_mode))
        ck_assert_int_gt(readlink(path, target, sizeof(target) - 1), 0);
    ck_assert_int_eq(
        nar_hash_node(nar, &(struct nar_node){.path = path[root] ? path + root + 1 : "",
                                              .kind = S_ISLNK(st.st_mode) ? NAR_LINK : NAR_FOLDER,
                                              .link = target}),
        0);
    if (S_ISLNK(st.st_mode))
        return;
    snprintf(command, sizeof(command), "LC_ALL=C ls -A '%s'", path);
    names = popen(command, "r");
    while (fgets(line, sizeof(line), names)) {
        char child[8192];

        line[strcspn(line, "\n")] = 0;
        snprintf(child, sizeof(child), "%s/%s", path, line);
        put_tree(child, root);
    }
    pclose(names);
}

/* Compares with what Nix makes of `name` in the test's folder. */
static void agrees(const char *name)
{
    char path[256], got[ASSAY_SHA256_HEX];
    uint8_t digest[ASSAY_SHA256_SIZE];
    uint64_t size = 0;
    struct stat st;
    int fd;

    sh("nix-store --dump %s >nar", name);
    snprintf(path, sizeof(path), "%s/nar", folder);
    fd = open(path, O_RDONLY);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_eq(assay_digest_file(fd, want, NULL, NULL, NULL), 0);
    close(fd);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    put_tree(path, strlen(path));
    ck_assert_int_eq(nar_hash_end(nar, digest, &size), 0);
    assay_hex_encode(digest, sizeof(digest), got);
    ck_assert_str_eq(got, want);
    ck_assert_uint_eq(size, (uint64_t)st.st_size);
}

START_TEST(a_tree_of_everything)
{
    make_tree();
    sh("rm tree/data/fifo; mkdir tree/data/f1.d tree/data/f1-x; echo a >tree/data/f1.d/a\n"
       "mkdir -p tree/z/y/x/w; echo deep >tree/z/y/x/w/file; : >tree/z/y-");
    agrees("tree");
}
END_TEST

START_TEST(a_single_file_and_a_link)
{
    sh("printf 12345678 >eight; chmod 755 eight; ln -s eight link");
    agrees("eight");
    nar_hash_free(nar);
    nar = nar_hash_new();
    agrees("link");
}
END_TEST

START_TEST(another_order_is_noticed)
{
    static const char *const wrong[][2] = {
        {"b", "a"}, {"a", "a"}, {"a/b", "a/c"}, {"b.", "b"}, {"a", "a/b"}, {"..", "a"}, {"", "a"},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        int r;

        nar_hash_free(nar);
        nar = nar_hash_new();
        ck_assert_int_eq(node("", NAR_FOLDER, 0), 0);
        r = node(wrong[i][0], NAR_FILE, 0);
        if (r == 0)
            r = nar_hash_done(nar);
        if (r == 0)
            r = node(wrong[i][1], NAR_FOLDER, 0);
        ck_assert_msg(r == -EINVAL, "%s before %s", wrong[i][0], wrong[i][1]);
        ck_assert_int_eq(node("z", NAR_FOLDER, 0), -EINVAL); /* and stays so */
    }
}
END_TEST

START_TEST(content_that_is_not_as_long_as_said)
{
    uint8_t digest[ASSAY_SHA256_SIZE];
    uint64_t size;

    ck_assert_int_eq(node("", NAR_FILE, 4), 0);
    ck_assert_int_eq(nar_hash_bytes(nar, (const uint8_t *)"12345", 5, 0), -EINVAL);
    nar_hash_free(nar);
    nar = nar_hash_new();
    ck_assert_int_eq(node("", NAR_FILE, 4), 0);
    ck_assert_int_eq(nar_hash_end(nar, digest, &size), -EINVAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nar_hash");
    TCase *tcase = tcase_create("nar_hash");

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, a_tree_of_everything);
    tcase_add_test(tcase, a_single_file_and_a_link);
    tcase_add_test(tcase, another_order_is_noticed);
    tcase_add_test(tcase, content_that_is_not_as_long_as_said);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
