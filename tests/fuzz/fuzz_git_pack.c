/* A git pack. The input is a list of objects, of which a sound pack is made as far as zlib and the
 * checksum go, since nothing would be looked at behind those:
 *
 *   type (1 byte), size that is told less the true one (1, signed), bytes of content (2), base (2:
 *   objects back of an OFS_DELTA, or the object named by a REF_DELTA), content */
#include "fuzz.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include <assay/buf.h>

#include "image/git/git.h"
#include "walk.h"

#define RECIPE 6
#define OBJECTS_MAX 256
#define HEADER 12

struct kitchen {
    struct assay_buf pack;
    size_t offsets[OBJECTS_MAX];
    uint8_t ids[OBJECTS_MAX][20];
    uint32_t n;
};

static void put(struct kitchen *kitchen, const void *data, size_t len)
{
    if (assay_buf_append(&kitchen->pack, data, len) < 0)
        abort();
}

static void put_byte(struct kitchen *kitchen, unsigned byte)
{
    put(kitchen, &(uint8_t){(uint8_t)byte}, 1);
}

/* A zlib stream of one stored block (RFC 1950, RFC 1951 3.2.4). */
static void put_stored(struct kitchen *kitchen, const uint8_t *data, size_t len)
{
    uint32_t a = 1, b = 0;

    for (size_t i = 0; i < len; i++) {
        a = (a + data[i]) % 65521;
        b = (b + a) % 65521;
    }
    put(kitchen, "\x78\x01\x01", 3);
    put(kitchen,
        &(uint8_t[]){(uint8_t)len, (uint8_t)(len >> 8), (uint8_t)~len, (uint8_t)(~len >> 8)}, 4);
    put(kitchen, data, len);
    put(kitchen, &(uint8_t[]){(uint8_t)(b >> 8), (uint8_t)b, (uint8_t)(a >> 8), (uint8_t)a}, 4);
}

static void put_size(struct kitchen *kitchen, unsigned type, uint64_t size)
{
    unsigned byte = type << 4 | (size & 15);

    for (size >>= 4; size; size >>= 7) {
        put_byte(kitchen, byte | 0x80);
        byte = size & 0x7f;
    }
    put_byte(kitchen, byte);
}

static void put_back(struct kitchen *kitchen, uint64_t back)
{
    uint8_t bytes[10];
    size_t n = sizeof(bytes);

    bytes[--n] = back & 0x7f;
    while (back >>= 7)
        bytes[--n] = 0x80 | (--back & 0x7f);
    put(kitchen, bytes + n, sizeof(bytes) - n);
}

static void name(struct kitchen *kitchen, unsigned type, const uint8_t *data, size_t len)
{
    _cleanup_buf_ struct assay_buf whole = ASSAY_BUF(1 << 20);
    char header[GIT_HEADER_MAX];

    if (assay_buf_append(&whole, header, git_header_make(type, len, header)) < 0 ||
        assay_buf_append(&whole, data, len) < 0 ||
        EVP_Digest(whole.data, whole.len, kitchen->ids[kitchen->n], NULL, EVP_sha1(), NULL) != 1)
        abort();
}

static void put_object(struct kitchen *kitchen, const uint8_t *recipe, const uint8_t *data,
                       size_t len)
{
    static const uint8_t types[] = {GIT_COMMIT,    GIT_TREE,      GIT_BLOB, GIT_TAG,
                                    GIT_OFS_DELTA, GIT_REF_DELTA, GIT_NONE, 5};
    unsigned type = types[recipe[0] % sizeof(types)];
    int64_t told = (int64_t)len + (int8_t)recipe[1];
    uint32_t base = (uint32_t)(recipe[4] | recipe[5] << 8);

    kitchen->offsets[kitchen->n] = kitchen->pack.len;
    put_size(kitchen, type, told > 0 ? (uint64_t)told : 0);
    if (type == GIT_OFS_DELTA)
        put_back(kitchen, base && base <= kitchen->n
                              ? kitchen->pack.len - 1 - kitchen->offsets[kitchen->n - base]
                              : base);
    else if (type == GIT_REF_DELTA)
        put(kitchen, kitchen->ids[base % OBJECTS_MAX], 20);
    put_stored(kitchen, data, len);
    name(kitchen, type, data, len);
    kitchen->n++;
}

static void cook(struct kitchen *kitchen, const uint8_t *data, size_t size)
{
    uint8_t digest[20];

    put(kitchen, "PACK\0\0\0\2\0\0\0\0", HEADER);
    while (size >= RECIPE && kitchen->n < OBJECTS_MAX) {
        const uint8_t *recipe = data;
        size_t len = (size_t)(data[2] | data[3] << 8);

        data += RECIPE;
        size -= RECIPE;
        len = len < size ? len : size;
        put_object(kitchen, recipe, data, len);
        data += len;
        size -= len;
    }
    kitchen->pack.data[10] = (uint8_t)(kitchen->n >> 8);
    kitchen->pack.data[11] = (uint8_t)kitchen->n;
    if (EVP_Digest(kitchen->pack.data, kitchen->pack.len, digest, NULL, EVP_sha1(), NULL) != 1)
        abort();
    put(kitchen, digest, sizeof(digest));
}

static void must_have_a_name(const struct entry *entry)
{
    if (!entry->path[0])
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kitchen *kitchen = calloc(1, sizeof(*kitchen));

    if (!kitchen)
        abort();
    kitchen->pack = ASSAY_BUF(32 << 20);
    cook(kitchen, data, size);
    fuzz_walk(kitchen->pack.data, kitchen->pack.len, must_have_a_name);
    assay_buf_free(&kitchen->pack);
    free(kitchen);
    return 0;
}
