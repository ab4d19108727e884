#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "image/format.h"
#include "image/vma/vma.h"

#define MD5 16
#define UUID_AT 8
#define SUM_AT 32
#define BLOBS_AT 48 /* offset and length of the blobs, then the header's length */
#define NAMES_AT 2044
#define DATA_AT 3068
#define DEVICES_AT 4096
#define DEVICE 32 /* bytes of a device's description */
#define EXTENT_UUID_AT 8
#define EXTENT_SUM_AT 24
#define EXTENT_CLUSTERS_AT 40

/* Whether the MD5 that stands at `at` is that of all bytes, taken with zeros in its place. */
static bool sum_fits(uint8_t *data, size_t len, size_t at)
{
    uint8_t kept[MD5], sum[EVP_MAX_MD_SIZE];
    int made;

    memcpy(kept, data + at, MD5);
    memset(data + at, 0, MD5);
    made = EVP_Digest(data, len, sum, NULL, EVP_md5(), NULL);
    memcpy(data + at, kept, MD5);
    return made == 1 && memcmp(kept, sum, MD5) == 0;
}

size_t vma_header_size(const uint8_t *data)
{
    uint32_t size = image_be32(data + BLOBS_AT + 8);

    return memcmp(data, "VMA\0\0\0\0\1", 8) == 0 && size >= VMA_HEADER && size <= VMA_HEADER_MAX
               ? size
               : 0;
}

/* The blob at `offset` of the blobs: two bytes of length, then that many. NULL when there is none.
 */
static const uint8_t *find_blob(const uint8_t *data, size_t len, uint32_t offset, size_t *ret_len)
{
    uint64_t start = image_be32(data + BLOBS_AT), end = start + image_be32(data + BLOBS_AT + 4);
    uint64_t at = start + offset;

    if (!offset || start < VMA_HEADER || end > len || at + 2 > end)
        return NULL;
    *ret_len = image_le16(data + at);
    return *ret_len <= end - at - 2 ? data + at + 2 : NULL;
}

/* The same, a text with the NUL behind it. */
static const char *find_text(const uint8_t *data, size_t len, uint32_t offset)
{
    size_t n = 0;
    const uint8_t *text = find_blob(data, len, offset, &n);

    return text && n && text[n - 1] == 0 ? (const char *)text : NULL;
}

static int parse_configs(const uint8_t *data, size_t len, struct vma_header *ret,
                         struct assay_error *err)
{
    for (size_t i = 0; i < VMA_CONFIGS; i++) {
        uint32_t name = image_be32(data + NAMES_AT + 4 * i);
        uint32_t content = image_be32(data + DATA_AT + 4 * i);
        struct vma_config *config = &ret->configs[ret->n_configs];

        if (!name && !content)
            continue;
        config->name = find_text(data, len, name);
        config->data = find_blob(data, len, content, &config->len);
        if (!config->name || !config->data)
            return assay_error_set(err, EBADMSG,
                                   "the header's configuration file %zu is not where it says", i);
        ret->n_configs++;
    }
    return 0;
}

static int parse_devices(const uint8_t *data, size_t len, struct vma_header *ret,
                         struct assay_error *err)
{
    for (size_t i = 1; i < VMA_DEVICES; i++) {
        const uint8_t *device = data + DEVICES_AT + i * DEVICE;
        uint32_t name = image_be32(device);

        ret->devices[i].size = image_be64(device + 8);
        if (!name && !ret->devices[i].size)
            continue;
        ret->devices[i].name = find_text(data, len, name);
        if (!ret->devices[i].name)
            return assay_error_set(err, EBADMSG, "the name of device %zu is not where it should be",
                                   i);
    }
    return 0;
}

int vma_header_parse(uint8_t *data, size_t len, struct vma_header *ret, struct assay_error *err)
{
    int r;

    *ret = (struct vma_header){.uuid = data + UUID_AT};
    if (len < VMA_HEADER || !sum_fits(data, len, SUM_AT))
        return assay_error_set(err, EBADMSG, "the header's checksum is wrong");
    r = parse_configs(data, len, ret, err);
    return r < 0 ? r : parse_devices(data, len, ret, err);
}

int vma_extent_parse(uint8_t *data, const uint8_t *uuid, struct vma_extent *ret,
                     struct assay_error *err)
{
    unsigned blocks = 0;

    if (memcmp(data, "VMAE", 4) != 0)
        return assay_error_set(err, EBADMSG, "no extent begins where one should");
    if (!sum_fits(data, VMA_EXTENT, EXTENT_SUM_AT))
        return assay_error_set(err, EBADMSG, "an extent's checksum is wrong");
    if (memcmp(data + EXTENT_UUID_AT, uuid, 16) != 0)
        return assay_error_set(err, EBADMSG, "an extent belongs to another backup");
    for (size_t i = 0; i < VMA_CLUSTERS; i++) {
        uint64_t info = image_be64(data + EXTENT_CLUSTERS_AT + 8 * i);
        struct vma_cluster cluster = {
            .number = (uint32_t)info, .mask = (uint16_t)(info >> 48), .device = info >> 32 & 0xff};

        ret->clusters[i] = cluster;
        blocks += (unsigned)__builtin_popcount(cluster.mask);
    }
    if (blocks != (unsigned)(data[6] << 8 | data[7]))
        return assay_error_set(err, EBADMSG, "an extent's count of blocks is wrong");
    return 0;
}
