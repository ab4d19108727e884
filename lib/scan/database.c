#include "scan/database.h"

#include <errno.h>
#include <string.h>

#include <assay/buf.h>
#include <assay/cleanup.h>
#include <assay/encode.h>

#include "scan/expressions.h"
#include "scan/kept.h"
#include "scan/stream.h"

#define FORMAT 1                      /* of what is kept and of what its name is made of */
#define KEPT_MAX ((size_t)256 << 20)  /* bytes of a database that is kept */
#define INPUT_MAX ((size_t)128 << 20) /* bytes of all that the name is made of */

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
static int make_name(const struct expressions *all, const struct scan_store *store,
                     char ret[SCAN_STORE_NAME_MAX])
{
    struct assay_buf inputs = ASSAY_BUF(INPUT_MAX);
    uint8_t mac[ASSAY_SHA256_SIZE];
    char hex[ASSAY_SHA256_HEX];
    int r = list_inputs(all, &inputs);

    if (r == 0)
        r = kept_derive(store->key, "the compiled rules", inputs.data, inputs.len, mac);
    if (inputs.data)
        explicit_bzero(inputs.data, inputs.len);
    assay_buf_free(&inputs);
    if (r < 0)
        return r;
    assay_hex_encode(mac, sizeof(mac), hex);
    snprintf(ret, SCAN_STORE_NAME_MAX, "rules-%s", hex);
    return 0;
}

static hs_database_t *load(const struct scan_store *store, const char *name)
{
    _cleanup_free_ uint8_t *data = NULL;
    _cleanup_close_ int fd = -1;
    hs_database_t *database = NULL;
    size_t len;

    if (store->open(store->ctx, name, &fd) < 0 ||
        kept_read(fd, store->key, name, KEPT_MAX, &data, &len) < 0 ||
        hs_deserialize_database((const char *)data, len, &database) != HS_SUCCESS)
        return NULL;
    return database;
}

/* What cannot be kept is compiled again next time, and so is what was cut: no error. */
static void keep(const struct scan_store *store, const char *name, const hs_database_t *database)
{
    _cleanup_close_ int fd = -1;
    char *data = NULL;
    size_t len = 0;

    if (hs_serialize_database(database, &data, &len) != HS_SUCCESS)
        return;
    if (len <= KEPT_MAX && store->create(store->ctx, name, &fd) == 0)
        kept_write(fd, store->key, name, data, len);
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
    char name[SCAN_STORE_NAME_MAX];
    bool kept = store && make_name(all, store, name) == 0;
    int r;

    if (kept)
        engine->database = load(store, name);
    if (engine->database)
        return 0;
    r = check_rules(engine, all, err);
    if (r == 0)
        r = compile_database(engine, all, err);
    if (r == 0 && kept)
        keep(store, name, engine->database);
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
