#include "scan/database.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/cleanup.h>
#include <assay/encode.h>
#include <assay/fs.h>

#include "scan/expressions.h"
#include "scan/stream.h"

#define FORMAT 1                      /* of what is kept and of what its name is made of */
#define MAGIC "assay db"              /* 8 bytes */
#define KEPT_MAX ((size_t)256 << 20)  /* bytes of a database that is kept */
#define INPUT_MAX ((size_t)128 << 20) /* bytes of all that the name is made of */

/* What a kept file begins with; the serialised database follows. */
struct kept_head {
    char magic[8];
    uint64_t len;
    uint8_t mac[ASSAY_SHA256_SIZE];
};

/* The key for what is kept here, of the installation's. */
static int derive_key(const struct scan_store *store, uint8_t ret[ASSAY_SHA256_SIZE])
{
    static const char use[] = "the compiled rules";

    return assay_hmac_sha256(store->key, FINDING_KEY_SIZE, use, sizeof(use), ret);
}

static int append_number(struct assay_buf *buf, uint64_t number)
{
    return assay_buf_append(buf, &number, sizeof(number));
}

static int append_text(struct assay_buf *buf, const char *text)
{
    return assay_buf_append(buf, text, strlen(text) + 1);
}

/* Everything that the database depends on. */
static int list_inputs(const struct expressions *all, struct assay_buf *ret)
{
    hs_platform_info_t platform = {0};
    int r;

    if (hs_populate_platform(&platform) != HS_SUCCESS)
        return -ENOSYS;
    if ((r = append_number(ret, FORMAT)) < 0 || (r = append_text(ret, hs_version())) < 0 ||
        (r = append_number(ret, platform.tune)) < 0 ||
        (r = append_number(ret, platform.cpu_features)) < 0 || (r = append_number(ret, all->n)) < 0)
        return r;
    for (size_t i = 0; r == 0 && i < all->n; i++) {
        r = append_number(ret, (uint64_t)all->flags[i] << 32 | all->ids[i]);
        if (r == 0)
            r = append_text(ret, all->texts[i]);
    }
    return r;
}

/* The name: keyed, since it is made of the identities as well. */
static int make_name(const struct expressions *all, const uint8_t key[ASSAY_SHA256_SIZE],
                     char ret[SCAN_STORE_NAME_MAX])
{
    struct assay_buf inputs = ASSAY_BUF(INPUT_MAX);
    uint8_t mac[ASSAY_SHA256_SIZE];
    char hex[ASSAY_SHA256_HEX];
    int r = list_inputs(all, &inputs);

    if (r == 0)
        r = assay_hmac_sha256(key, ASSAY_SHA256_SIZE, inputs.data, inputs.len, mac);
    if (inputs.data)
        explicit_bzero(inputs.data, inputs.len);
    assay_buf_free(&inputs);
    if (r < 0)
        return r;
    assay_hex_encode(mac, sizeof(mac), hex);
    snprintf(ret, SCAN_STORE_NAME_MAX, "rules-%s", hex);
    return 0;
}

/* Authenticates name and content. */
static int make_mac(const uint8_t key[ASSAY_SHA256_SIZE], const char *name, const void *data,
                    size_t len, uint8_t ret[ASSAY_SHA256_SIZE])
{
    uint8_t both[SCAN_STORE_NAME_MAX + ASSAY_SHA256_SIZE] = {0};
    int r = assay_sha256(data, len, both + SCAN_STORE_NAME_MAX);

    memcpy(both, name, strlen(name));
    return r < 0 ? r : assay_hmac_sha256(key, ASSAY_SHA256_SIZE, both, sizeof(both), ret);
}

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
    uint8_t differ = 0;

    for (size_t i = 0; i < ASSAY_SHA256_SIZE; i++)
        differ |= a[i] ^ b[i];
    return differ == 0;
}

/* Reads the file in `fd` whole, checks it, and only then has the library look at it. */
static hs_database_t *load(int fd, const uint8_t key[ASSAY_SHA256_SIZE], const char *name)
{
    _cleanup_free_ uint8_t *data = NULL;
    uint8_t mac[ASSAY_SHA256_SIZE];
    hs_database_t *database = NULL;
    struct kept_head head;
    struct stat st;
    size_t have = 0;

    if (pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head) || fstat(fd, &st) < 0 ||
        memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0 || head.len > KEPT_MAX ||
        (uint64_t)st.st_size != sizeof(head) + head.len || !(data = malloc((size_t)head.len + 1)))
        return NULL;
    while (have < head.len) {
        ssize_t n = pread(fd, data + have, (size_t)head.len - have, (off_t)(sizeof(head) + have));

        if (n <= 0)
            return NULL;
        have += (size_t)n;
    }
    if (make_mac(key, name, data, have, mac) < 0 || !same_mac(mac, head.mac) ||
        hs_deserialize_database((const char *)data, have, &database) != HS_SUCCESS)
        return NULL;
    return database;
}

/* What cannot be kept is compiled again next time: no error. */
static void keep(const struct scan_store *store, const uint8_t key[ASSAY_SHA256_SIZE],
                 const char *name, const hs_database_t *database)
{
    struct kept_head head = {.magic = MAGIC};
    _cleanup_close_ int fd = -1;
    char *data = NULL;
    size_t len = 0;

    if (hs_serialize_database(database, &data, &len) != HS_SUCCESS)
        return;
    head.len = len;
    if (len <= KEPT_MAX && make_mac(key, name, data, len, head.mac) == 0 &&
        store->create(store->ctx, name, &fd) == 0 &&
        assay_fs_write_all(fd, &head, sizeof(head)) == 0)
        (void)!assay_fs_write_all(fd, data, len); /* one that is cut is not loaded */
    free(data);
}

/* Compiles all expressions; one that turns out to be too much for Hyperscan as it is, is taken as
 * an approximation. */
static int compile_database(struct scan_engine *engine, struct expressions *all,
                            struct assay_error *err)
{
    for (;;) {
        hs_compile_error_t *error = NULL;
        int failed;

        if (hs_compile_multi(all->texts, all->flags, all->ids, (unsigned)all->n, HS_MODE_BLOCK,
                             NULL, &engine->database, &error) == HS_SUCCESS)
            return 0;
        failed = error->expression;
        if (failed >= 0 && (size_t)failed < engine->n_rules &&
            !(all->flags[failed] & HS_FLAG_PREFILTER)) {
            all->flags[failed] |= HS_FLAG_PREFILTER;
            hs_free_compile_error(error);
            continue;
        }
        if (failed >= 0 && (size_t)failed < engine->n_rules)
            assay_error_set(err, EINVAL,
                            "rule %s: the first pass cannot use this pattern (%s); give the rule a "
                            "`prefilter`",
                            engine->rules[failed].id, error->message);
        else
            assay_error_set(err, EINVAL, "the rules and identities do not compile: %s",
                            error->message);
        hs_free_compile_error(error);
        return -EINVAL;
    }
}

static int check_rules(struct scan_engine *engine, struct expressions *all, struct assay_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < engine->n_rules; i++) {
        r = rule_check_expression(&engine->rules[i], err);
        all->flags[i] = engine->rules[i].flags;
    }
    return r;
}

static int make(struct scan_engine *engine, const struct scan_store *store, struct expressions *all,
                struct assay_error *err)
{
    uint8_t key[ASSAY_SHA256_SIZE];
    char name[SCAN_STORE_NAME_MAX];
    bool kept = store && derive_key(store, key) == 0 && make_name(all, key, name) == 0;
    _cleanup_close_ int fd = -1;
    int r;

    if (kept && store->open(store->ctx, name, &fd) == 0)
        engine->database = load(fd, key, name);
    if (engine->database)
        return 0;
    r = check_rules(engine, all, err);
    if (r == 0)
        r = compile_database(engine, all, err);
    if (r == 0 && kept)
        keep(store, key, name, engine->database);
    return r;
}

int database_make(struct scan_engine *engine, const struct scan_store *store,
                  struct assay_error *err)
{
    __attribute__((cleanup(expressions_clear))) struct expressions all = {0};

    if (engine->n_rules + engine->n_identities == 0)
        return 0;
    if (expressions_make(engine, &all) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while compiling the rules");
    return make(engine, store, &all, err);
}
