/* minisign keys and signatures, against Debian's stock minisign in both directions. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/fs.h>
#include <assay/minisign.h>
#include <assay/process.h>

#include "suite.h"

static char dir[] = "/tmp/assay-minisign-XXXXXX";

static const char *in_dir(const char *name)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, 256, "%s/%s", dir, name);
    return path;
}

/* Runs stock minisign in the test's folder and returns its exit status. */
static int stock(const char *const *arguments)
{
    const char *argv[16] = {"/usr/bin/minisign"};
    const char *env[] = {"HOME=/nonexistent", NULL};
    struct assay_process process;
    struct assay_error err = {0};
    int status;

    for (int i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    struct assay_process_spec spec = {.argv = argv, .env = env, .cwd = dir};
    ck_assert_msg(assay_process_start(&spec, &process, &err) == 0, "%s", err.text);
    ck_assert_int_eq(assay_process_wait(&process, 60000, &status), 1);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
#define STOCK(...) stock((const char *const[]){__VA_ARGS__, NULL})

static void prehash_of(const char *path, uint8_t ret[ASSAY_BLAKE2B512_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(assay_digest_file(fd, NULL, ret, NULL, NULL), 0);
    close(fd);
}

static void write_text(const char *name, const char *text)
{
    ck_assert_int_eq(assay_fs_write_file(in_dir(name), text, strlen(text), 0644, NULL), 0);
}

static void setup(void)
{
    strcpy(dir + strlen(dir) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    write_text("file", "to be signed\n");
}

static void teardown(void)
{
    ck_assert_int_eq(assay_fs_remove_tree(dir, NULL), 0);
}

START_TEST(stock_minisign_verifies_what_assay_signs)
{
    struct assay_minisign_secret *secret;
    struct assay_error err = {0};
    uint8_t prehash[ASSAY_BLAKE2B512_SIZE];
    static char sig[ASSAY_MINISIGN_SIG_MAX], trusted[ASSAY_MINISIGN_TRUSTED_MAX];
    struct assay_minisign_public public;

    ck_assert_msg(assay_minisign_generate(&secret, &err) == 0, "%s", err.text);
    ck_assert_msg(assay_minisign_secret_store(secret, in_dir("key"), &err) == 0, "%s", err.text);
    ck_assert_int_eq(assay_minisign_secret_store(secret, in_dir("key"), &err), -EEXIST);
    prehash_of(in_dir("file"), prehash);
    ck_assert_int_eq(assay_minisign_sign(secret, prehash, "target:a\tversion:1", sig, &err), 0);
    write_text("file.minisig", sig);
    ck_assert_int_eq(STOCK("-V", "-H", "-m", "file", "-p", "key.pub"), 0);
    assay_minisign_public_of(secret, &public);
    ck_assert_int_eq(assay_minisign_verify(&public, prehash, sig, strlen(sig), trusted, &err), 0);
    ck_assert_str_eq(trusted, "target:a\tversion:1");
    write_text("file", "to be forged\n");
    ck_assert_int_ne(STOCK("-V", "-m", "file", "-p", "key.pub"), 0);
    /* Stock minisign can use the secret key that Assay wrote. */
    ck_assert_int_eq(STOCK("-S", "-W", "-s", "key", "-m", "file"), 0);
    ck_assert_int_eq(STOCK("-V", "-m", "file", "-p", "key.pub"), 0);
    assay_minisign_secret_free(secret);
}
END_TEST

START_TEST(assay_verifies_what_stock_minisign_signs)
{
    struct assay_minisign_secret *secret = NULL;
    struct assay_minisign_public public;
    _cleanup_buf_ struct assay_buf sig = ASSAY_BUF(ASSAY_MINISIGN_SIG_MAX);
    _cleanup_buf_ struct assay_buf key = ASSAY_BUF(ASSAY_MINISIGN_FILE_MAX);
    static char trusted[ASSAY_MINISIGN_TRUSTED_MAX];
    uint8_t prehash[ASSAY_BLAKE2B512_SIZE];
    struct assay_error err = {0};
    char id[17];

    ck_assert_int_eq(STOCK("-G", "-W", "-s", "key", "-p", "key.pub"), 0);
    ck_assert_int_eq(STOCK("-S", "-s", "key", "-m", "file", "-t", "hello"), 0);
    ck_assert_int_eq(assay_fs_read_file(in_dir("key.pub"), &key, &err), 0);
    ck_assert_int_eq(assay_minisign_public_parse(assay_buf_str(&key), key.len, &public, &err), 0);
    assay_minisign_key_id(&public, id);
    /* Stock minisign leaves out leading zeros. */
    ck_assert_ptr_nonnull(strstr(assay_buf_str(&key), id + strspn(id, "0")));
    ck_assert_int_eq(assay_fs_read_file(in_dir("file.minisig"), &sig, &err), 0);
    prehash_of(in_dir("file"), prehash);
    ck_assert_msg(
        assay_minisign_verify(&public, prehash, assay_buf_str(&sig), sig.len, trusted, &err) == 0,
        "%s", err.text);
    ck_assert_str_eq(trusted, "hello");
    chmod(in_dir("key"), 0600);
    ck_assert_msg(assay_minisign_secret_load(in_dir("key"), &secret, &err) == 0, "%s", err.text);
    assay_minisign_secret_free(secret);
}
END_TEST

START_TEST(every_changed_byte_of_a_signature_is_noticed)
{
    struct assay_minisign_secret *secret;
    struct assay_minisign_public public;
    uint8_t prehash[ASSAY_BLAKE2B512_SIZE] = {1};
    static char sig[ASSAY_MINISIGN_SIG_MAX], trusted[ASSAY_MINISIGN_TRUSTED_MAX];
    struct assay_error err = {0};
    size_t len, first_line;

    ck_assert_int_eq(assay_minisign_generate(&secret, &err), 0);
    ck_assert_int_eq(assay_minisign_sign(secret, prehash, "a\nb", sig, &err), -EINVAL);
    ck_assert_int_eq(assay_minisign_sign(secret, prehash, "a:b", sig, &err), 0);
    assay_minisign_public_of(secret, &public);
    len = strlen(sig);
    first_line = strcspn(sig, "\n"); /* the one line that nobody signs */
    for (size_t i = first_line + 1; i + 1 < len; i++) {
        sig[i] ^= 1;
        ck_assert_int_lt(assay_minisign_verify(&public, prehash, sig, len, trusted, &err), 0);
        sig[i] ^= 1;
    }
    for (size_t i = 0; i + 1 < len; i++)
        ck_assert_int_lt(assay_minisign_verify(&public, prehash, sig, i, trusted, &err), 0);
    ck_assert_int_eq(assay_minisign_verify(&public, prehash, sig, len, trusted, &err), 0);
    public.key_id[0] ^= 1;
    ck_assert_int_eq(assay_minisign_verify(&public, prehash, sig, len, trusted, &err), -ENOKEY);
    assay_minisign_secret_free(secret);
}
END_TEST

START_TEST(bad_key_files_are_refused_with_the_mend)
{
    struct assay_minisign_secret *secret;
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(ASSAY_MINISIGN_FILE_MAX);
    struct assay_error err = {0};

    ck_assert_int_eq(assay_minisign_secret_load(in_dir("none"), &secret, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "assay key generate"));
    ck_assert_int_eq(assay_minisign_secret_load(in_dir("file"), &secret, &err), -EPERM);
    ck_assert_ptr_nonnull(strstr(err.text, "chmod 600"));
    chmod(in_dir("file"), 0600);
    ck_assert_int_eq(assay_minisign_secret_load(in_dir("file"), &secret, &err), -EINVAL);

    ck_assert_int_eq(assay_minisign_generate(&secret, &err), 0);
    ck_assert_int_eq(assay_minisign_secret_store(secret, in_dir("key"), &err), 0);
    assay_minisign_secret_free(secret);
    ck_assert_int_eq(assay_fs_read_file(in_dir("key"), &text, &err), 0);
    text.data[text.len - 100] ^= 1; /* inside the key's public half */
    ck_assert_int_eq(assay_minisign_secret_parse(assay_buf_str(&text), text.len, &secret, &err),
                     -EINVAL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {stock_minisign_verifies_what_assay_signs,
                                  assay_verifies_what_stock_minisign_signs,
                                  every_changed_byte_of_a_signature_is_noticed,
                                  bad_key_files_are_refused_with_the_mend, NULL};

    return suite_run("minisign", tests, setup, teardown);
}
