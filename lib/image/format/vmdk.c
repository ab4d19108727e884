/* VMware's "Virtual Disk Format 5.0". A sparse extent with the descriptor inside is complete when
 * that names no parent and no extent but itself. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/format/vdisk.h"

#define HEADER VDISK_SECTOR
#define DESCRIPTOR_MAX 65536
#define DESCRIPTOR_MIN (20 * VDISK_SECTOR) /* bytes that QEMU looks at in any case */
#define HAS_ZERO_GRAINS 4u                 /* flags: an entry of 1 is a grain of zeros */
#define COMPRESSED ((1u << 16) | (1u << 17))
#define IN_FOOTER UINT64_MAX
#define TABLE_MAX 512 /* entries of a grain table, QEMU's own limit */
#define ENTRY 4
#define VMDK_NAME_MAX 200 /* bytes of a file's name that are shown */

/* What a descriptor says of the files in which the disk lies. */
struct vmdk_descriptor {
    bool whole;               /* a disk that is one sparse file, of no parent */
    bool parent;              /* made from another disk */
    size_t extents;           /* named in all */
    bool sparse;              /* the first is of type SPARSE */
    char name[VMDK_NAME_MAX]; /* the first one's file, "" when there is none */
};

/* One line: access, sectors, type, "file", offset. */
static void parse_extent(const char *line, struct vmdk_descriptor *ret)
{
    char access[10], type[10], name[VMDK_NAME_MAX] = "";
    int n = sscanf(line, "%9s %*[0-9] %9s \"%199[^\n\r\"]\"", access, type, name);

    if (n < 2 || (strcmp(access, "RW") != 0 && strcmp(access, "RDONLY") != 0 &&
                  strcmp(access, "NOACCESS") != 0))
        return;
    if (ret->extents++)
        return;
    ret->sparse = strcmp(type, "SPARSE") == 0;
    strcpy(ret->name, name);
}

/* Takes `text` apart ("The Descriptor File"). */
static void parse_descriptor(const char *text, struct vmdk_descriptor *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->parent = strstr(text, "parentFileNameHint") != NULL;
    ret->whole = strstr(text, "createType=\"monolithicSparse\"") ||
                 strstr(text, "createType=\"streamOptimized\"");
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        parse_extent(line, ret);
    }
}

static bool probe_vmdk(const struct image_head *head)
{
    return (image_head_has(head, 0, "KDMV", 4) && head->len >= HEADER &&
            image_le32(head->data + 4) <= 3) ||
           image_head_has(head, 0, "# Disk DescriptorFile", 21);
}

/* Reads `len` bytes of text at `at`, or as many as there are; NULL when that cannot be. */
static char *read_text(struct blocks *blocks, uint64_t at, uint64_t len)
{
    char *text;

    len = len < DESCRIPTOR_MIN ? DESCRIPTOR_MIN : len < DESCRIPTOR_MAX ? len : DESCRIPTOR_MAX;
    if (at >= blocks->size)
        return NULL;
    len = len < blocks->size - at ? len : blocks->size - at;
    text = calloc(1, (size_t)len + 1);
    if (text && blocks_read(blocks, text, (size_t)len, at, NULL) < 0) {
        free(text);
        return NULL;
    }
    return text;
}

static bool refuse_extents(const struct vmdk_descriptor *descriptor, enum unread_reason *ret_reason,
                           char *ret_detail, size_t size)
{
    char more[64] = "";

    if (descriptor->extents > 1)
        snprintf(more, sizeof(more), " and %zu more", descriptor->extents - 1);
    if (!*descriptor->name)
        return vdisk_refuse(ret_reason, ret_detail, size,
                            "a VMDK whose disk lies in another file, which is not opened");
    return vdisk_refuse(ret_reason, ret_detail, size,
                        "a VMDK whose disk lies in other files, which are not opened: \"%s\"%s",
                        descriptor->name, more);
}

static bool closed_vmdk(struct blocks *blocks, enum unread_reason *ret_reason, char *ret_detail,
                        size_t size)
{
    uint8_t header[HEADER] = {0};
    struct vmdk_descriptor descriptor;
    _cleanup_free_ char *text = NULL;
    bool sparse, inside;

    if (blocks_read(blocks, header, blocks->size < HEADER ? (size_t)blocks->size : HEADER, 0,
                    NULL) == 0)
        sparse = memcmp(header, "KDMV", 4) == 0;
    else
        sparse = false;
    /* Without a capacity of its own QEMU takes the descriptor for a list of other files. */
    inside = sparse && image_le64(header + 12) && image_le64(header + 28) &&
             image_le64(header + 28) < blocks->size / VDISK_SECTOR && image_le64(header + 36);
    if (inside)
        text = read_text(blocks, image_le64(header + 28) * VDISK_SECTOR,
                         image_le64(header + 36) < DESCRIPTOR_MAX / VDISK_SECTOR
                             ? image_le64(header + 36) * VDISK_SECTOR
                             : DESCRIPTOR_MAX);
    else if (!sparse)
        text = read_text(blocks, 0, blocks->size);
    parse_descriptor(text ? text : "", &descriptor);
    if (descriptor.parent)
        return vdisk_refuse(ret_reason, ret_detail, size,
                            "needs the VMDK it was made from, which is not part of the artifact");
    if (!inside || !descriptor.whole || descriptor.extents > 1 ||
        (descriptor.extents && !descriptor.sparse) || strpbrk(descriptor.name, "/\\"))
        return refuse_extents(&descriptor, ret_reason, ret_detail, size);
    return true;
}

/* `base`: an entry of 1 is a grain of zeros. */
static bool block_vmdk(const struct vdisk_table *table, const uint8_t *entry, uint64_t *ret_at)
{
    uint32_t sector = image_le32(entry);

    *ret_at = (uint64_t)sector * VDISK_SECTOR;
    return sector > table->base;
}

/* What is compressed is not noted: bytes may follow a grain's compressed data that nobody sees. */
static void mapped_vmdk(struct blocks *blocks, uint64_t size, struct image_cover *cover)
{
    struct vdisk_table table = {.entry = ENTRY, .block = block_vmdk};
    uint8_t header[HEADER], entry[ENTRY];
    uint64_t at, sectors;

    if (blocks_read(blocks, header, HEADER, 0, NULL) < 0)
        return;
    sectors = image_le64(header + 20);
    at = image_le64(header + 56);
    table.n = image_le32(header + 44);
    if ((image_le32(header + 8) & COMPRESSED) || image_le16(header + 77) || at == IN_FOOTER ||
        at > blocks->size / VDISK_SECTOR || !sectors || sectors > 0x200000 || !table.n ||
        table.n > TABLE_MAX)
        return;
    table.base = (image_le32(header + 8) & HAS_ZERO_GRAINS) != 0;
    table.size = sectors * VDISK_SECTOR;
    at *= VDISK_SECTOR;
    for (; table.first < size; table.first += table.n * table.size, at += ENTRY) {
        if (blocks_read(blocks, entry, ENTRY, at, NULL) < 0)
            return;
        table.at = (uint64_t)image_le32(entry) * VDISK_SECTOR;
        if (table.at)
            vdisk_map(blocks, &table, size, cover);
    }
}

const struct image_format image_format_vmdk = {
    .name = "vmdk",
    .kind = IMAGE_DISK,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "qemu-nbd, libnbd",
    .notes = "monolithicSparse and streamOptimized; other extents are refused",
    .probe = probe_vmdk,
    .driver = "vmdk",
    .closed = closed_vmdk,
    .mapped = mapped_vmdk,
};
