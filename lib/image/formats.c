/* The table of formats: one row each, the order is that of the probes. File systems come before
 * partition tables, since a boot sector can look like one, and since ISOs have one as well. */
#include <errno.h>
#include <string.h>

#include "image/format.h"

/* clang-format off */
#define ROWS(row) \
    row(gzip) \
    row(xz) \
    row(zstd) \
    row(bzip2) \
    row(lz4) \
    row(lzip) \
    row(compress) \
    row(tar) \
    row(cpio) \
    row(ar) \
    row(rpm) \
    row(nar) \
    row(nix_export) \
    row(zip) \
    row(sevenzip) \
    row(xar) \
    row(cab) \
    row(qcow2) \
    row(vmdk) \
    row(vhdx) \
    row(vdi) \
    row(vhd) \
    row(luks) \
    row(bitlocker) \
    row(squashfs) \
    row(ext) \
    row(erofs) \
    row(btrfs) \
    row(xfs) \
    row(f2fs) \
    row(bcachefs) \
    row(lvm2) \
    row(mdraid) \
    row(hfsplus) \
    row(vma) \
    row(rar) \
    row(lzop) \
    row(git_pack) \
    row(git_loose) \
    row(zlib) \
    row(sqlite) \
    row(sqlite_wal) \
    row(swap) \
    row(fat) \
    row(exfat) \
    row(ntfs) \
    row(iso9660) \
    row(gpt) \
    row(mbr) \
    row(lzma) \
    row(docker_archive) \
    row(oci_layout) \
    row(ova) \
    row(deb)
/* clang-format on */

#define DECLARE(name) extern const struct image_format image_format_##name;
#define POINT(name) &image_format_##name,

ROWS(DECLARE)

const struct image_format *const image_formats[] = {ROWS(POINT) NULL};

bool image_head_has(const struct image_head *head, size_t offset, const void *magic, size_t len)
{
    return offset + len <= head->len && memcmp(head->data + offset, magic, len) == 0;
}

const struct image_format *image_format_detect(const struct image_head *head, unsigned place)
{
    const struct image_format *harmless = NULL;

    for (size_t i = 0; image_formats[i]; i++) {
        if (!(image_formats[i]->places & place) || !image_formats[i]->probe(head))
            continue;
        if (!image_formats[i]->harmless)
            return image_formats[i];
        harmless = harmless ? harmless : image_formats[i];
    }
    return harmless;
}

const struct image_format *image_format_other(const struct image_head *head, unsigned place,
                                              const struct image_format *format)
{
    if (format->around || format->kind == IMAGE_RECOGNISED)
        return NULL;
    for (size_t i = 0; image_formats[i]; i++) {
        const struct image_format *other = image_formats[i];

        if (other != format && !other->harmless && (other->places & place) && other->probe(head))
            return other;
    }
    return NULL;
}

json_t *image_formats_json(void)
{
    static const char *const reads[] = {
        [IMAGE_FILTER] = "filter", [IMAGE_STREAM] = "entries",        [IMAGE_BLOCKS] = "entries",
        [IMAGE_DISK] = "blocks",   [IMAGE_RECOGNISED] = "recognised", [IMAGE_LAYOUT] = "layout",
    };
    json_t *array = json_array();

    for (size_t i = 0; array && image_formats[i]; i++) {
        const struct image_format *f = image_formats[i];

        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s}", "name", f->name, "reads",
                                               reads[f->kind], "by", f->by, "notes", f->notes));
    }
    return array;
}
