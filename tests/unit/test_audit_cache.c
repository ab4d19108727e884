/* The cache between audits: what is kept is used again, and whatever is wrong with it, the audit
 * finds the same. */
#include "scan_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/fs.h>

#include "audit/cache.h"
#include "suite.h"

#define MANY (3 * CACHE_FILES_MAX)

static char folder[] = "/tmp/assay-test-XXXXXX", cache[sizeof(folder) + 8];
static const uint8_t other_key[FINDING_KEY_SIZE] = {43};

/* A store as the coordinator serves it, which counts what is made anew. */
struct counted {
    struct scan_store store;
    struct cache_file file;
    unsigned made;
    char name[SCAN_STORE_NAME_MAX]; /* of the rules */
};

static int open_kept(void *ctx, const char *name, int *ret)
{
    struct counted *self = ctx;

    if (strncmp(name, "rules-", 6) == 0)
        snprintf(self->name, sizeof(self->name), "%s", name);
    return cache_open(cache, name, ret);
}

static int create_kept(void *ctx, const char *name, int *ret)
{
    struct counted *self = ctx;
    int r = cache_create(cache, name, &self->file);

    self->made++;
    if (r == 0)
        *ret = dup(self->file.fd);
    return r;
}

static json_t *one_identity(const char *value)
{
    return json_pack("[{s:s, s:s}]", "kind", "name", "value", value);
}

/* Scans `content` with a store and returns the number of findings. */
static size_t scan(const uint8_t *key, const char *pattern, const char *name, const char *content,
                   struct counted *ret)
{
    struct fixture fixture = {.findings = findings_new(fixture_key)};
    json_t *rules = json_pack("[o]", fixture_rule("test", "test.rule", pattern));
    json_t *identities = one_identity(name), *found;
    struct assay_error err = {0};
    uint64_t dropped;
    size_t n;

    *ret = (struct counted){.store = {open_kept, create_kept, ret, key}, .file = CACHE_FILE_NONE};
    ck_assert_msg(scan_engine_load(rules, identities, fixture.findings, &ret->store,
                                   &fixture.engine, &err) == 0,
                  "%s", err.text);
    ck_assert_int_eq(cache_keep(cache, &ret->file), 0);
    fixture_scan(&fixture, "a", content, strlen(content), 0);
    found = findings_json(fixture.findings, &dropped);
    n = json_array_size(found);
    json_decref(found);
    json_decref(rules);
    json_decref(identities);
    fixture_free(&fixture);
    return n;
}

static void set_up(void)
{
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(cache, sizeof(cache), "%s/cache", folder);
}

static void tear_down(void)
{
    assay_fs_remove_tree(folder, NULL);
}

#define CONTENT "key=192837465 of Ottilie Brandvold\n"

START_TEST(a_database_is_compiled_once)
{
    struct counted counted;
    char path[sizeof(cache) + SCAN_STORE_NAME_MAX];
    struct stat st;

    ck_assert_uint_eq(scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted), 2);
    ck_assert_uint_eq(counted.made, 1);
    ck_assert_uint_eq(scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted), 2);
    ck_assert_uint_eq(counted.made, 0);
    snprintf(path, sizeof(path), "%s/%s", cache, counted.name);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(cache, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0700);
}
END_TEST

/* Not even in another case, or one word of it. */
START_TEST(no_identity_can_be_read_in_it)
{
    _cleanup_buf_ struct assay_buf content = ASSAY_BUF(64u << 20);
    struct counted counted;
    char path[sizeof(cache) + SCAN_STORE_NAME_MAX];

    scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted);
    snprintf(path, sizeof(path), "%s/%s", cache, counted.name);
    ck_assert_int_eq(assay_fs_read_file(path, &content, NULL), 0);
    for (size_t at = 0; at + 9 <= content.len; at++)
        ck_assert_int_ne(strncasecmp((const char *)content.data + at, "brandvold", 9), 0);
}
END_TEST

START_TEST(other_rules_identities_or_keys_have_another_database)
{
    struct counted counted;

    scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted);
    ck_assert_uint_eq(scan(fixture_key, "of [A-Z]", "Ottilie Brandvold", CONTENT, &counted), 2);
    ck_assert_uint_eq(counted.made, 1);
    ck_assert_uint_eq(scan(fixture_key, "key=[0-9]{9}", "Wendeline", CONTENT, &counted), 1);
    ck_assert_uint_eq(counted.made, 1);
    ck_assert_uint_eq(scan(other_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted), 2);
    ck_assert_uint_eq(counted.made, 1);
}
END_TEST

/* Every byte of the head and some of the database, and every way to be cut. */
START_TEST(what_was_tampered_with_is_not_loaded)
{
    struct counted counted;
    char path[sizeof(cache) + SCAN_STORE_NAME_MAX];
    struct stat st;

    scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted);
    snprintf(path, sizeof(path), "%s/%s", cache, counted.name);
    ck_assert_int_eq(stat(path, &st), 0);
    for (off_t at = 0; at < st.st_size; at += at < 64 ? 1 : 997) {
        _cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
        uint8_t byte;

        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= 0x10;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        ck_assert_uint_eq(scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted),
                          2);
        ck_assert_msg(counted.made == 1, "byte %lld", (long long)at);
        ck_assert_int_eq(truncate(path, at), 0);
        scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &counted);
        ck_assert_msg(counted.made == 1, "cut at %lld", (long long)at);
    }
}
END_TEST

/* A database that holds is not taken under the name of another. */
START_TEST(a_database_in_anothers_place_is_not_loaded)
{
    struct counted first, second;
    char from[sizeof(cache) + SCAN_STORE_NAME_MAX], to[sizeof(cache) + SCAN_STORE_NAME_MAX];

    scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &first);
    scan(fixture_key, "nothing", "Wendeline", CONTENT, &second);
    snprintf(from, sizeof(from), "%s/%s", cache, second.name);
    snprintf(to, sizeof(to), "%s/%s", cache, first.name);
    ck_assert_int_eq(rename(from, to), 0);
    ck_assert_uint_eq(scan(fixture_key, "key=[0-9]{9}", "Ottilie Brandvold", CONTENT, &first), 2);
    ck_assert_uint_eq(first.made, 1);
}
END_TEST

static void keep_one(unsigned number)
{
    struct cache_file file = CACHE_FILE_NONE;
    char name[SCAN_STORE_NAME_MAX];

    snprintf(name, sizeof(name), "test-%u", number);
    ck_assert_int_eq(cache_create(cache, name, &file), 0);
    ck_assert_int_eq(assay_fs_write_all(file.fd, name, strlen(name)), 0);
    ck_assert_int_eq(cache_keep(cache, &file), 0);
}

static unsigned count_kept(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < MANY; i++) {
        char name[SCAN_STORE_NAME_MAX];
        _cleanup_close_ int fd = -1;

        snprintf(name, sizeof(name), "test-%u", i);
        n += cache_open(cache, name, &fd) == 0;
    }
    return n;
}

START_TEST(the_folder_does_not_grow_for_ever)
{
    _cleanup_close_ int fd = -1;

    for (unsigned i = 0; i < MANY; i++)
        keep_one(i);
    ck_assert_uint_eq(count_kept(), CACHE_FILES_MAX);
    ck_assert_int_eq(cache_open(cache, "test-0", &fd), -ENOENT);
}
END_TEST

static void *keep_some(void *ctx)
{
    for (unsigned i = 0; i < MANY; i++)
        keep_one(i % 3);
    return ctx;
}

START_TEST(those_who_keep_the_same_at_once_do_not_mind_each_other)
{
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, keep_some, NULL), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < 3; i++) {
        char name[SCAN_STORE_NAME_MAX], content[SCAN_STORE_NAME_MAX] = "";
        _cleanup_close_ int fd = -1;

        snprintf(name, sizeof(name), "test-%u", i);
        ck_assert_int_eq(cache_open(cache, name, &fd), 0);
        ck_assert_int_gt(pread(fd, content, sizeof(content), 0), 0);
        ck_assert_str_eq(content, name);
    }
}
END_TEST

START_TEST(odd_names_links_and_folders_are_nothing_that_is_kept)
{
    static const char *const odd[] = {"", "..", "a/b", "../a", "A", ".tmp-abc"};
    struct cache_file file = CACHE_FILE_NONE;
    char path[sizeof(cache) + 8];
    int fd = -1;

    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
        ck_assert_int_lt(cache_open(cache, odd[i], &fd), 0);
        ck_assert_int_lt(cache_create(cache, odd[i], &file), 0);
    }
    keep_one(1);
    snprintf(path, sizeof(path), "%s/link", cache);
    ck_assert_int_eq(symlink("test-1", path), 0);
    ck_assert_int_lt(cache_open(cache, "link", &fd), 0);
    snprintf(path, sizeof(path), "%s/dir", cache);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_lt(cache_open(cache, "dir", &fd), 0);
    ck_assert_int_lt(cache_open(NULL, "test-1", &fd), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_database_is_compiled_once,
        no_identity_can_be_read_in_it,
        other_rules_identities_or_keys_have_another_database,
        what_was_tampered_with_is_not_loaded,
        a_database_in_anothers_place_is_not_loaded,
        the_folder_does_not_grow_for_ever,
        those_who_keep_the_same_at_once_do_not_mind_each_other,
        odd_names_links_and_folders_are_nothing_that_is_kept,
        NULL,
    };

    return suite_run("audit_cache", tests, set_up, tear_down);
}
