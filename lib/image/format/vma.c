/* Proxmox's VMA: its configuration files are entries, its devices disks, put together in a spool
 * file. What is neither is given as (headers). */
#include "image/vma/vma.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/format.h"
#include "image/margin.h"
#include "source/reader.h"

#define FIRMWARE_MAX (UINT64_C(4) << 20) /* bytes of a device for a firmware's variables */

struct vma_odd {
    uint64_t n, first; /* clusters, and the place of the first one's extent */
};

/* Large: on the heap. */
struct vma_walk {
    struct image_walk *walk;
    struct reader reader;
    struct image_margin margin;
    uint8_t *data; /* the header */
    struct vma_header header;
    struct vma_disk disks[VMA_DEVICES];
    struct vma_odd strange, outside, twice; /* of no device, behind its end, met before */
    int spool;
    uint64_t spooled; /* blocks */
    size_t places;
    struct assay_error err;
};

struct vma_content {
    struct content content;
    const struct vma_config *config;
    bool given;
};

static bool probe_vma(const struct image_head *head)
{
    return image_head_has(head, 0, "VMA\0\0\0\0\1", 8);
}

/* Copies bytes that are no device's. */
static int take_header(struct vma_walk *self, void *data, size_t len)
{
    const uint8_t *piece;
    uint8_t *to = data;
    size_t n;

    while (len) {
        int r = reader_lend(&self->reader, len, &piece, &n, &self->err);

        if (r <= 0)
            return r < 0 ? r : assay_error_set(&self->err, EBADMSG, "the backup is cut off");
        image_margin_take(&self->margin, self->reader.at, piece, n, self->reader.at - n);
        memcpy(to, piece, n);
        to += n;
        len -= n;
    }
    return 0;
}

static int spool_write(struct vma_walk *self, const uint8_t *data, size_t len, uint64_t at)
{
    while (len) {
        ssize_t n = pwrite(self->spool, data, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return assay_error_set(&self->err, EFBIG, "cannot be spooled: %s", strerror(errno));
        data += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

/* Takes `n` blocks, of which the first `shown` bytes are the device's, and goes on behind them. */
static int take_blocks(struct vma_walk *self, unsigned n, uint64_t shown)
{
    uint64_t end = self->reader.at + n * VMA_BLOCK, content = self->reader.at + shown;
    uint64_t kept = (shown + VMA_BLOCK - 1) / VMA_BLOCK * VMA_BLOCK;
    uint64_t at = self->spooled * VMA_BLOCK, keep = self->reader.at + kept;

    self->spooled += kept / VMA_BLOCK;
    while (self->reader.at < end) {
        uint64_t start = self->reader.at;
        uint64_t stop = start < content ? content : start < keep ? keep : end;
        const uint8_t *piece;
        size_t len;
        int r = reader_lend(&self->reader, stop - start, &piece, &len, &self->err);

        if (r <= 0)
            return r < 0 ? r : assay_error_set(&self->err, EBADMSG, "the backup is cut off");
        if (start < content)
            image_margin_content(&self->margin, start + len);
        else
            image_margin_take(&self->margin, start + len, piece, len, start);
        r = start < keep ? spool_write(self, piece, len, at) : 0;
        if (r < 0)
            return r;
        at += len;
    }
    return 0;
}

static void note_odd(struct vma_walk *self, struct vma_odd *odd)
{
    if (!odd->n++)
        odd->first = self->reader.at;
}

/* How many of a cluster's bytes, given as the blocks in `mask`, lie before the device's end. */
static uint64_t shown_bytes(const struct vma_disk *disk, const struct vma_cluster *cluster)
{
    uint64_t left = disk->blocks.size - cluster->number * VMA_CLUSTER, shown = 0;

    for (unsigned i = 0; i < 16 && i * VMA_BLOCK < left; i++)
        if (cluster->mask >> i & 1)
            shown += left - i * VMA_BLOCK < VMA_BLOCK ? left - i * VMA_BLOCK : VMA_BLOCK;
    return shown;
}

static int take_cluster(struct vma_walk *self, const struct vma_cluster *cluster)
{
    struct vma_disk *disk = &self->disks[cluster->device];
    unsigned n = (unsigned)__builtin_popcount(cluster->mask);
    int r;

    if (!disk->seen) {
        if (cluster->device || n)
            note_odd(self, &self->strange);
        return take_blocks(self, n, 0);
    }
    if (cluster->mask && self->places >= VMA_PLACES_MAX)
        return assay_error_set(&self->err, EFBIG, "more than %zu clusters", VMA_PLACES_MAX);
    r = vma_disk_add(disk, cluster->number, cluster->mask, (uint32_t)self->spooled);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        note_odd(self, r == -ERANGE ? &self->outside : &self->twice);
        return take_blocks(self, n, 0);
    }
    self->places += cluster->mask != 0;
    return take_blocks(self, n, shown_bytes(disk, cluster));
}

/* Returns 1 after an extent, 0 at the end. */
static int take_extent(struct vma_walk *self)
{
    uint8_t data[VMA_EXTENT];
    struct vma_extent extent;
    const uint8_t *piece;
    size_t len;
    int r = reader_lend(&self->reader, 1, &piece, &len, &self->err);

    if (r <= 0)
        return r;
    image_margin_take(&self->margin, self->reader.at, piece, 1, self->reader.at - 1);
    data[0] = *piece;
    r = take_header(self, data + 1, VMA_EXTENT - 1);
    if (r == 0)
        r = vma_extent_parse(data, self->header.uuid, &extent, &self->err);
    for (size_t i = 0; i < VMA_CLUSTERS && r == 0; i++)
        r = take_cluster(self, &extent.clusters[i]);
    if (r == 0)
        r = image_margin_tell(&self->margin, false);
    return r < 0 ? r : 1;
}

static int config_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                       uint64_t *ret_offset, struct assay_error *err)
{
    struct vma_content *self = (struct vma_content *)content;

    (void)err;
    if (self->given || !self->config->len)
        return 0;
    self->given = true;
    *ret = self->config->data;
    *ret_len = self->config->len;
    *ret_offset = 0;
    return 1;
}

static int walk_configs(struct vma_walk *self)
{
    int r = 0;

    for (size_t i = 0; i < self->header.n_configs && r == 0; i++) {
        const struct vma_config *config = &self->header.configs[i];
        struct vma_content content = {.content = {.size = config->len, .next = config_next},
                                      .config = config};
        struct entry entry = {.path = config->name,
                              .type = ENTRY_FILE,
                              .mode = 0644,
                              .uid = -1,
                              .gid = -1,
                              .size = (int64_t)config->len};

        r = image_walk_file(self->walk, &entry, &content.content);
    }
    return r;
}

static int read_header(struct vma_walk *self)
{
    size_t size;
    int r;

    self->data = malloc(VMA_HEADER);
    if (!self->data)
        return -ENOMEM;
    r = take_header(self, self->data, VMA_HEADER);
    if (r < 0)
        return r;
    size = vma_header_size(self->data);
    if (!size)
        return assay_error_set(&self->err, EBADMSG, "the header's length makes no sense");
    self->data = reallocarray(self->data, 1, size); /* at most VMA_HEADER_MAX */
    if (!self->data)
        return -ENOMEM;
    r = take_header(self, self->data + VMA_HEADER, size - VMA_HEADER);
    return r < 0 ? r : vma_header_parse(self->data, size, &self->header, &self->err);
}

static int begin_disks(struct vma_walk *self)
{
    const struct image_host *host = self->walk->host;
    uint64_t room = VMA_DISKS_MAX;
    int r = 0;

    if (!host || !host->open_spool)
        return assay_error_set(&self->err, EFBIG, "needs to be spooled, and there is nowhere to");
    r = host->open_spool(host->ctx, &self->spool, &self->err);
    if (r < 0)
        return assay_error_set(&self->err, EFBIG, "cannot be spooled: %s", strerror(-r));
    for (size_t i = 1; i < VMA_DEVICES && r == 0; i++) {
        const struct vma_device *device = &self->header.devices[i];

        if (!device->name)
            continue;
        if (device->size > room) {
            image_walk_unread(self->walk, device->name, UNREAD_BUDGET,
                              "the device is said to have %llu bytes, which is too much",
                              (unsigned long long)device->size);
            continue;
        }
        room -= device->size;
        r = vma_disk_begin(&self->disks[i], device->size);
    }
    return r;
}

static void tell_odd(struct vma_walk *self, const struct vma_odd *odd, const char *what)
{
    if (odd->n)
        image_walk_unread(self->walk, NULL, UNREAD_CORRUPT, "%llu clusters %s, near byte %llu",
                          (unsigned long long)odd->n, what, (unsigned long long)odd->first);
}

/* Whether a device of this name may well hold no file system: its memory, and what firmware keeps.
 */
static bool is_bare(const struct vma_device *device)
{
    return strcmp(device->name, "vmstate") == 0 ||
           (device->size <= FIRMWARE_MAX &&
            (strstr(device->name, "efidisk") || strstr(device->name, "tpmstate")));
}

static int walk_device(struct vma_walk *self, size_t i, struct blocks *spool)
{
    const struct vma_device *device = &self->header.devices[i];
    struct vma_disk *disk = &self->disks[i];
    uint64_t missing = vma_disk_clusters(disk) - disk->n_seen;
    bool shown = self->walk->shown;
    size_t mark;
    int r = image_walk_enter(self->walk, device->name, &mark);

    if (r < 0)
        return r == -E2BIG ? 0 : r;
    if (missing && strcmp(device->name, "vmstate") != 0)
        image_walk_unread(self->walk, NULL, UNREAD_CORRUPT,
                          "%llu of the device's %llu clusters "
                          "are missing",
                          (unsigned long long)missing, (unsigned long long)vma_disk_clusters(disk));
    vma_disk_complete(disk, spool);
    self->walk->shown = false; /* its bytes are, but not in this order */
    r = image_walk_region(self->walk, &disk->blocks, is_bare(device));
    self->walk->shown = shown;
    image_walk_leave(self->walk, mark);
    return r;
}

static int walk_devices(struct vma_walk *self)
{
    struct blocks *spool = NULL;
    struct assay_error err = {0};
    int r = blocks_file_new(self->spool, false, &spool, &err);

    r = image_walk_damage(self->walk, NULL, r, &err);
    for (size_t i = 1; spool && i < VMA_DEVICES && r == 0; i++)
        if (self->disks[i].seen)
            r = walk_device(self, i, spool);
    blocks_close(spool);
    return r;
}

static int read_all(struct vma_walk *self)
{
    int r = read_header(self);

    if (r == 0)
        r = walk_configs(self);
    if (r == 0)
        r = begin_disks(self);
    while (r == 0) {
        r = take_extent(self);
        if (r <= 0)
            return r;
        r = 0;
    }
    return r;
}

static int walk_vma(struct vma_walk *self)
{
    int r = read_all(self);
    bool whole = r == 0;

    r = image_walk_damage(self->walk, NULL, r, &self->err);
    tell_odd(self, &self->strange, "are of devices that the header does not name");
    tell_odd(self, &self->outside, "lie behind their device's end");
    tell_odd(self, &self->twice, "were there before");
    if (r == 0)
        r = image_margin_tell(&self->margin, true);
    if (r == 0 && !whole)
        r = image_walk_after(self->walk, self->reader.in, self->reader.data, self->reader.len,
                             false);
    return r == 0 && self->spool >= 0 ? walk_devices(self) : r;
}

static int stream_vma(struct image_walk *walk, struct stream *in)
{
    struct vma_walk *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return image_walk_damage(walk, NULL, -ENOMEM, NULL);
    self->walk = walk;
    self->reader.in = in;
    self->spool = -1;
    image_margin_init(&self->margin, walk);
    r = walk_vma(self);
    image_margin_free(&self->margin);
    for (size_t i = 0; i < VMA_DEVICES; i++)
        vma_disk_free(&self->disks[i]);
    if (self->spool >= 0)
        close(self->spool);
    free(self->data);
    free(self);
    return r;
}

const struct image_format image_format_vma = {
    .name = "vma",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "Assay",
    .notes = "Proxmox: configuration files, and devices as disks",
    .probe = probe_vma,
    .stream = stream_vma,
};
