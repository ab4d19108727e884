#include "scan/seen.h"

#include <errno.h>
#include <fcntl.h>
#include <hs.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/encode.h>
#include <assay/fs.h>

#include "scan/kept.h"
#include "scan/rule.h"

#define FORMAT 2                      /* of tags and of what they depend on */
#define INPUT_MAX ((size_t)128 << 20) /* bytes of what names and keys are made of */
#define KEPT_BYTES ((size_t)SEEN_KEPT_MAX * SEEN_TAG)
#define LEAST_SLOTS 4096

/* An open hash table: tags are as good as random, so their own bytes say where they belong. The tag
 * of zeros stands for an empty slot. */
struct seen {
    EVP_CIPHER_CTX *hash, *block;
    uint8_t (*slots)[SEEN_TAG];
    size_t n_slots, n;      /* n_slots is a power of two */
    struct assay_buf added; /* tags noted in this audit */
};

static const uint8_t empty[SEEN_TAG];

/* What the running program is, libraries aside: another one may judge otherwise. */
static int program_digest(char ret[ASSAY_SHA256_HEX])
{
    _cleanup_close_ int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    uint64_t size;

    return fd < 0 ? -errno : assay_digest_file(fd, ret, NULL, &size, NULL);
}

static int append_json(struct assay_buf *buf, const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : strdup("[]");
    int r = text ? assay_buf_append(buf, text, strlen(text) + 1) : -ENOMEM;

    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    return r;
}

/* All that decides whether a window is clean. */
static int list_inputs(const json_t *rules, const json_t *identities, struct assay_buf *ret)
{
    char program[ASSAY_SHA256_HEX], pcre[64] = "";
    int r = program_digest(program);

    pcre2_config(PCRE2_CONFIG_VERSION, pcre);
    if (r == 0)
        r = assay_buf_printf(ret, "%d %s %s %s\n", FORMAT, program, hs_version(), pcre);
    if (r == 0)
        r = append_json(ret, rules);
    return r < 0 ? r : append_json(ret, identities);
}

static int start_ciphers(struct seen *seen, const uint8_t keys[2 * SEEN_TAG])
{
    seen->hash = EVP_CIPHER_CTX_new();
    seen->block = EVP_CIPHER_CTX_new();
    if (!seen->hash || !seen->block ||
        EVP_EncryptInit_ex(seen->hash, EVP_aes_128_gcm(), NULL, keys, empty) != 1 ||
        EVP_EncryptInit_ex(seen->block, EVP_aes_128_ecb(), NULL, keys + SEEN_TAG, NULL) != 1)
        return -EIO;
    EVP_CIPHER_CTX_set_padding(seen->block, 0);
    return 0;
}

static size_t find(const struct seen *seen, const uint8_t tag[SEEN_TAG])
{
    uint64_t at;

    memcpy(&at, tag, sizeof(at));
    for (at &= seen->n_slots - 1; memcmp(seen->slots[at], empty, SEEN_TAG) != 0 &&
                                  memcmp(seen->slots[at], tag, SEEN_TAG) != 0;
         at = (at + 1) & (seen->n_slots - 1))
        ;
    return at;
}

/* At least half of the slots stay empty. */
static int make_room(struct seen *seen, size_t more)
{
    struct seen old = *seen;
    size_t n_slots = old.n_slots ? old.n_slots : LEAST_SLOTS;

    while (n_slots < 2 * (old.n + more))
        n_slots *= 2;
    if (n_slots == old.n_slots)
        return 0;
    seen->slots = calloc(n_slots, sizeof(*seen->slots));
    if (!seen->slots) {
        seen->slots = old.slots;
        return -ENOMEM;
    }
    seen->n_slots = n_slots;
    for (size_t i = 0; i < old.n_slots; i++)
        if (memcmp(old.slots[i], empty, SEEN_TAG) != 0)
            memcpy(seen->slots[find(seen, old.slots[i])], old.slots[i], SEEN_TAG);
    free(old.slots);
    return 0;
}

/* True when it was not there. */
static bool insert(struct seen *seen, const uint8_t tag[SEEN_TAG])
{
    size_t at;

    if (seen->n >= SEEN_MAX || memcmp(tag, empty, SEEN_TAG) == 0 || make_room(seen, 1) < 0)
        return false;
    at = find(seen, tag);
    if (memcmp(seen->slots[at], empty, SEEN_TAG) != 0)
        return false;
    memcpy(seen->slots[at], tag, SEEN_TAG);
    seen->n++;
    return true;
}

/* What cannot be had is as if it had never been kept. */
static void load(struct seen *seen, const struct scan_store *store, const uint8_t *name_digest)
{
    char name[SCAN_STORE_NAME_MAX] = SEEN_PREFIX;
    _cleanup_free_ uint8_t *tags = NULL;
    _cleanup_close_ int fd = -1;
    size_t len;

    assay_hex_encode(name_digest, ASSAY_SHA256_SIZE, name + strlen(SEEN_PREFIX));
    if (store->open(store->ctx, name, &fd) < 0 ||
        kept_read(fd, store->key, name, KEPT_BYTES, &tags, &len) < 0 ||
        make_room(seen, len / SEEN_TAG) < 0)
        return;
    for (size_t at = 0; at + SEEN_TAG <= len; at += SEEN_TAG)
        insert(seen, tags + at);
}

static int prepare(struct seen *seen, const struct assay_buf *inputs,
                   const struct scan_store *store)
{
    /* Without a store tags are for this audit only, and so is their key. */
    const uint8_t *key = store ? store->key : NULL;
    uint8_t once[ASSAY_SHA256_SIZE], keys[ASSAY_SHA256_SIZE], name[ASSAY_SHA256_SIZE];
    int r = 0;

    if (!key && getentropy(once, sizeof(once)) < 0)
        return -EIO;
    r = kept_derive(key ? key : once, "the tags of windows", inputs->data, inputs->len, keys);
    if (r == 0)
        r = start_ciphers(seen, keys);
    explicit_bzero(keys, sizeof(keys));
    if (r == 0)
        r = make_room(seen, 1);
    if (r == 0 && store &&
        kept_derive(key, "the name of windows", inputs->data, inputs->len, name) == 0)
        load(seen, store, name);
    return r;
}

struct seen *seen_new(const json_t *rules, const json_t *identities, const struct scan_store *store)
{
    struct seen *seen = calloc(1, sizeof(*seen));
    struct assay_buf inputs = ASSAY_BUF(INPUT_MAX);
    int r = seen ? list_inputs(rules, identities, &inputs) : -ENOMEM;

    if (seen)
        seen->added = ASSAY_BUF((size_t)SEEN_MAX * SEEN_TAG);
    if (r == 0)
        r = prepare(seen, &inputs, store);
    if (inputs.data)
        explicit_bzero(inputs.data, inputs.len);
    assay_buf_free(&inputs);
    return r < 0 ? seen_free(seen) : seen;
}

struct seen *seen_free(struct seen *seen)
{
    if (!seen)
        return NULL;
    EVP_CIPHER_CTX_free(seen->hash);
    EVP_CIPHER_CTX_free(seen->block);
    assay_buf_free(&seen->added);
    free(seen->slots);
    free(seen);
    return NULL;
}

int seen_tag(struct seen *seen, const struct seen_window *window, uint8_t ret[SEEN_TAG])
{
    const uint32_t first[] = {window->len, window->low, window->high, window->flags};
    uint8_t hash[SEEN_TAG];
    int n;

    /* The same initial vector each time only adds a constant to the hash. */
    if (EVP_EncryptInit_ex(seen->hash, NULL, NULL, NULL, empty) != 1 ||
        EVP_EncryptUpdate(seen->hash, NULL, &n, (const uint8_t *)first, sizeof(first)) != 1 ||
        EVP_EncryptUpdate(seen->hash, NULL, &n, window->data, (int)window->len) != 1 ||
        EVP_EncryptFinal_ex(seen->hash, hash, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(seen->hash, EVP_CTRL_AEAD_GET_TAG, SEEN_TAG, hash) != 1 ||
        EVP_EncryptUpdate(seen->block, ret, &n, hash, SEEN_TAG) != 1)
        return -EIO;
    return 0;
}

bool seen_has(const struct seen *seen, const uint8_t tag[SEEN_TAG])
{
    return memcmp(seen->slots[find(seen, tag)], empty, SEEN_TAG) != 0;
}

void seen_add(struct seen *seen, const uint8_t tag[SEEN_TAG])
{
    if (insert(seen, tag))
        assay_buf_append(&seen->added, tag, SEEN_TAG); /* one that is lost is matched again */
}

ssize_t seen_write(const struct seen *seen, int fd)
{
    int r = assay_fs_write_all(fd, seen->added.data, seen->added.len);

    return r < 0 ? r : (ssize_t)(seen->added.len / SEEN_TAG);
}

/* The file's bytes, whole tags of them and at most KEPT_BYTES. */
static size_t take_added(int fd, uint8_t *ret)
{
    size_t have = 0;
    ssize_t n;

    while (have < KEPT_BYTES && (n = pread(fd, ret + have, KEPT_BYTES - have, (off_t)have)) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        have += n > 0 ? (size_t)n : 0;
    }
    return have - have % SEEN_TAG;
}

int seen_merge(int kept, int added, const uint8_t *key, const char *name, uint8_t **ret,
               size_t *ret_len)
{
    _cleanup_free_ uint8_t *old = NULL;
    uint8_t *both;
    size_t old_len = 0, from = 0, len;

    if (kept >= 0 && kept_read(kept, key, name, KEPT_BYTES, &old, &old_len) < 0)
        old_len = 0;
    both = malloc(2 * KEPT_BYTES);
    if (!both)
        return -ENOMEM;
    if (old_len)
        memcpy(both, old, old_len);
    len = old_len + take_added(added, both + old_len);
    if (len > KEPT_BYTES)
        from = len - KEPT_BYTES;
    memmove(both, both + from, len - from);
    *ret = both;
    *ret_len = len - from;
    return 0;
}
