#include "image/format/qcow2.h"

#include <stdio.h>
#include <string.h>

#include "image/format.h"

#define HEADER_V2 72
#define HEADER_V3 104
#define INCOMPATIBLE_EXTERNAL_DATA (UINT64_C(1) << 2)
#define INCOMPATIBLE_EXTENDED_L2 (UINT64_C(1) << 4)

bool qcow2_parse(const uint8_t *data, size_t len, struct qcow2_header *ret)
{
    uint32_t bits;

    if (len < HEADER_V2 || memcmp(data, "QFI\xfb", 4) != 0)
        return false;
    memset(ret, 0, sizeof(*ret));
    ret->version = image_be32(data + 4);
    ret->backing_at = image_be64(data + 8);
    ret->backing_len = image_be32(data + 16);
    bits = image_be32(data + 20);
    ret->size = image_be64(data + 24);
    ret->encryption = image_be32(data + 32);
    ret->snapshots = image_be32(data + 60);
    if (ret->version < 2 || ret->version > 3 || bits < 9 || bits > 21)
        return false;
    ret->cluster = UINT64_C(1) << bits;
    ret->l1_entries = image_be32(data + 36);
    ret->l1_at = image_be64(data + 40);
    if (!ret->backing_at)
        ret->backing_len = 0;
    if (ret->version == 2)
        return true;
    if (len < HEADER_V3)
        return false;
    ret->external = image_be64(data + 72) & INCOMPATIBLE_EXTERNAL_DATA;
    ret->extended = image_be64(data + 72) & INCOMPATIBLE_EXTENDED_L2;
    return true;
}

static bool probe_qcow2(const struct image_head *head)
{
    return image_head_has(head, 0, "QFI\xfb\0\0\0", 7) && head->len >= HEADER_V2;
}

/* Names the backing file, as far as the header does. */
static void describe_backing(struct blocks *blocks, const struct qcow2_header *header, char *ret,
                             size_t size)
{
    char name[QCOW2_BACKING_MAX + 1] = "?";
    size_t len = header->backing_len < QCOW2_BACKING_MAX ? header->backing_len : QCOW2_BACKING_MAX;

    if (blocks_read(blocks, name, len, header->backing_at, NULL) == 0)
        name[len] = 0;
    snprintf(ret, size,
             "needs the backing file \"%s\", which is not part of the artifact: flatten it with "
             "qemu-img convert",
             name);
}

static bool closed_qcow2(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                         size_t size)
{
    struct qcow2_header header;
    uint8_t data[HEADER_V3] = {0};
    size_t len = blocks->size < sizeof(data) ? (size_t)blocks->size : sizeof(data);

    *ret_reason = UNREAD_CORRUPT;
    if (blocks_read(blocks, data, len, 0, NULL) < 0 || !qcow2_parse(data, len, &header)) {
        snprintf(ret_detail, size, "the qcow2 header is damaged");
        return false;
    }
    *ret_reason = UNREAD_REFUSED;
    if (header.backing_len) {
        describe_backing(blocks, &header, ret_detail, size);
        return false;
    }
    if (header.external) {
        snprintf(ret_detail, size,
                 "its content lies in a data file of its own, which is not part of the artifact");
        return false;
    }
    if (header.encryption) {
        *ret_reason = UNREAD_ENCRYPTED;
        snprintf(ret_detail, size, "the qcow2 is encrypted");
        return false;
    }
    if (header.snapshots) {
        *ret_reason = UNREAD_UNSUPPORTED;
        snprintf(ret_detail, size,
                 "%u internal snapshots were not read: delete them with qemu-img snapshot -d",
                 header.snapshots);
    }
    return true;
}

const struct image_format image_format_qcow2 = {
    .name = "qcow2",
    .kind = IMAGE_DISK,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "qemu-nbd, libnbd",
    .notes = "zlib and zstd clusters; backing and data files are refused",
    .probe = probe_qcow2,
    .driver = "qcow2",
    .closed = closed_qcow2,
    .mapped = qcow2_mapped,
};
