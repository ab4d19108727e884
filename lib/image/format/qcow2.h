/* The header of qcow2 (QEMU, docs/interop/qcow2.txt). */
#ifndef ASSAY_IMAGE_FORMAT_QCOW2_H
#define ASSAY_IMAGE_FORMAT_QCOW2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/cover.h"

struct qcow2_header {
    uint32_t version; /* 2 or 3 */
    uint64_t size;    /* of the virtual disk, bytes */
    uint64_t cluster; /* bytes */
    uint64_t l1_at;
    uint32_t l1_entries;
    uint64_t backing_at;
    uint32_t backing_len; /* 0: none */
    uint32_t encryption;  /* 0: none */
    uint32_t snapshots;
    bool external; /* the content lies in another file */
    bool extended; /* entries of the second level have a bitmap of subclusters */
};

#define QCOW2_BACKING_MAX 1023 /* bytes, as the specification has it */

/* Reads the header from the first `len` bytes. False when it is none or breaks the rules. */
bool qcow2_parse(const uint8_t *data, size_t len, struct qcow2_header *ret);

/* Notes which bytes of the file are the disk's content as it is read now. Compressed clusters
 * and whatever damaged tables do not show are left out. */
void qcow2_mapped(struct blocks *blocks, uint64_t size, struct image_cover *cover);

#endif
