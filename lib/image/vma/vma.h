/* Proxmox's backups of virtual machines, VMA (pve-qemu, vma_spec.txt): a header with configuration
 * files and devices, then extents of clusters of any device in any order. Integers are big-endian
 * but for the blobs' lengths. */
#ifndef ASSAY_IMAGE_VMA_VMA_H
#define ASSAY_IMAGE_VMA_VMA_H

#include <assay/error.h>

#include "source/blocks.h"

#define VMA_HEADER ((size_t)12288)        /* bytes before the blobs */
#define VMA_HEADER_MAX ((size_t)16 << 20) /* with them, and what follows them */
#define VMA_DEVICES 256                   /* the first is none */
#define VMA_CONFIGS 256
#define VMA_EXTENT ((size_t)512) /* bytes of an extent's header */
#define VMA_CLUSTERS 59          /* of one extent */
#define VMA_CLUSTER UINT64_C(65536)
#define VMA_BLOCK UINT64_C(4096) /* 16 make a cluster; of one of zeros only a bit is kept */

struct vma_device {
    const char *name; /* NULL: there is no such device */
    uint64_t size;    /* bytes */
};

struct vma_config {
    const char *name;
    const uint8_t *data;
    size_t len;
};

/* Points into the bytes it was made of. */
struct vma_header {
    const uint8_t *uuid;
    struct vma_device devices[VMA_DEVICES];
    struct vma_config configs[VMA_CONFIGS];
    size_t n_configs;
};

struct vma_cluster {
    uint32_t number;
    uint16_t mask;  /* of its blocks, those that follow, the first in bit 0 */
    uint8_t device; /* 0: none, the place is not used */
};

struct vma_extent {
    struct vma_cluster clusters[VMA_CLUSTERS];
};

/* The bytes of the whole header, as its first VMA_HEADER bytes say: 0 for what is no such header.
 */
size_t vma_header_size(const uint8_t *data);

/* Takes a header of `len` bytes apart (those of `data` are changed for a moment). -EBADMSG with
 * `err` when its checksum is wrong, or what it points to is not there. */
int vma_header_parse(uint8_t *data, size_t len, struct vma_header *ret, struct assay_error *err);

/* The same of an extent's header of VMA_EXTENT bytes, which must be of the backup `uuid`. */
int vma_extent_parse(uint8_t *data, const uint8_t *uuid, struct vma_extent *ret,
                     struct assay_error *err);

#define VMA_DISKS_MAX (UINT64_C(16) << 40) /* bytes of all devices */
#define VMA_PLACES_MAX ((size_t)4 << 20)   /* clusters of all devices that hold data */

/* Where a cluster's blocks were put. */
struct vma_place {
    uint32_t cluster;
    uint32_t at; /* in the spool file, in blocks */
    uint16_t mask;
};

/* A device's content, put together from clusters in any order. Begins as {0}. */
struct vma_disk {
    struct blocks blocks; /* to be read once it is complete */
    struct blocks *spool;
    uint8_t *seen; /* a bit for each cluster */
    uint64_t n_seen;
    struct vma_place *places;
    size_t n, cap, last; /* `last`: the place that was read last */
};

/* Begins a disk of `size` bytes, at most VMA_DISKS_MAX. -ENOMEM. */
int vma_disk_begin(struct vma_disk *disk, uint64_t size);

/* Clusters that a disk of `size` bytes has. */
uint64_t vma_disk_clusters(const struct vma_disk *disk);

/* Notes a cluster of which the blocks in `mask` stand in the spool file from block `at` on.
 * -ERANGE: behind the disk's end; -EEXIST: it came before; -ENOMEM. */
int vma_disk_add(struct vma_disk *disk, uint32_t cluster, uint16_t mask, uint32_t at);

/* Makes disk->blocks readable; `spool` is lent. */
void vma_disk_complete(struct vma_disk *disk, struct blocks *spool);

void vma_disk_free(struct vma_disk *disk);

#endif
