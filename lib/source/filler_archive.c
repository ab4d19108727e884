/* xz, zstd, bzip2, lz4, lzip, compress and lzma by libarchive's filters, with the format "raw"
 * behind them. */
#include "source/filler.h"
#include "source/skippable.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct filler_archive {
    struct filler filler;
    struct stream *in;
    struct filler_tail *tail;
    struct archive *archive;
    const uint8_t *block; /* what libarchive was lent last */
    size_t block_len;
    const uint8_t *ready; /* what it made and was not yet taken */
    size_t ready_len;
    struct skippable frames;
    bool framed; /* the data is made of frames: zstd and LZ4 */
    bool opened, ended;
    int in_failed; /* the input's own error */
    struct assay_error in_err;
};

static la_ssize_t archive_input(struct archive *archive, void *ctx, const void **ret)
{
    struct filler_archive *self = ctx;
    int r;

    self->block_len = 0;
    r = self->in->next(self->in, &self->block, &self->block_len, &self->in_err);
    if (r < 0) {
        self->in_failed = r;
        archive_set_error(archive, EIO, "%s", self->in_err.text);
        return -1;
    }
    if (r == 0)
        self->block_len = 0;
    *ret = self->block;
    self->filler.in += self->block_len;
    if (self->framed)
        skippable_feed(&self->frames, self->block, self->block_len, self->tail);
    return (la_ssize_t)self->block_len;
}

/* Data that asks for more memory than there is says nothing about memory elsewhere. libarchive has
 * an errno for room that was not given, only words for zstd's window of more than 128 MiB. */
static bool wants_memory(const struct filler_archive *self, const char *text)
{
    return archive_errno(self->archive) == ENOMEM || (text && strstr(text, "memory"));
}

static int archive_failed(struct filler_archive *self, const char *text, struct assay_error *err)
{
    if (self->in_failed < 0) {
        if (err)
            *err = self->in_err;
        return self->in_failed;
    }
    if (wants_memory(self, text))
        return assay_error_set(err, EFBIG, "decompressing it takes more memory than there is: %s",
                               text ? text : "it ran out");
    return assay_error_set(err, EBADMSG, "the compressed data is damaged: %s",
                           text ? text : "no reason given");
}

/* At the end: what the filter did not consume stands behind it. */
static int archive_end(struct filler_archive *self, struct assay_error *err)
{
    la_int64_t used = archive_filter_bytes(self->archive, archive_filter_count(self->archive) - 1);
    uint64_t left =
        used >= 0 && (uint64_t)used < self->filler.in ? self->filler.in - (uint64_t)used : 0;

    int r;

    self->ended = true;
    if (left > self->block_len)
        left = self->block_len;
    r = filler_tail_after(self->tail, left ? self->block + (self->block_len - left) : NULL, left);
    return r < 0 ? assay_error_set(err, -r, "no room for what follows the compressed data") : 0;
}

/* libarchive says the same of data that holds nothing and of data whose first block is damaged; but
 * nothing, compressed, is this long at most. */
static bool may_be_empty(const struct filler_archive *self)
{
    switch (archive_filter_code(self->archive, 0)) {
    case ARCHIVE_FILTER_XZ:
        return self->filler.in == 32; /* two headers and an index */
    case ARCHIVE_FILTER_BZIP2:
        return self->filler.in == 14;
    case ARCHIVE_FILTER_LZIP:
        return self->filler.in == 36;
    case ARCHIVE_FILTER_COMPRESS:
        return self->filler.in == 3;
    case ARCHIVE_FILTER_LZMA:
        return self->filler.in <= 24;
    default: /* one zstd or LZ4 frame */
        return self->filler.in <= 15;
    }
}

static int archive_begin(struct filler_archive *self, struct assay_error *err)
{
    struct archive_entry *entry;
    char text[256] = "the first block cannot be read"; /* libarchive forgets what it says here */
    int r;

    self->opened = true;
    r = archive_read_open(self->archive, self, NULL, archive_input, NULL);
    if (archive_error_string(self->archive))
        snprintf(text, sizeof(text), "%s", archive_error_string(self->archive));
    if (r == ARCHIVE_OK && archive_filter_count(self->archive) < 2)
        return assay_error_set(err, EBADMSG, "the compressed data has a damaged header");
    if (r == ARCHIVE_OK)
        r = archive_read_next_header(self->archive, &entry);
    if (r == ARCHIVE_EOF && may_be_empty(self))
        return archive_end(self, err);
    if (r != ARCHIVE_EOF && archive_error_string(self->archive))
        snprintf(text, sizeof(text), "%s", archive_error_string(self->archive));
    return r == ARCHIVE_EOF || r < ARCHIVE_WARN ? archive_failed(self, text, err) : 0;
}

static int archive_step(struct filler_archive *self, struct assay_error *err)
{
    const void *data = NULL;
    size_t len = 0;
    la_int64_t offset;
    int r;

    if (!self->opened)
        return archive_begin(self, err);
    r = archive_read_data_block(self->archive, &data, &len, &offset);
    if (r == ARCHIVE_EOF)
        return archive_end(self, err);
    if (r < ARCHIVE_WARN)
        return archive_failed(self, archive_error_string(self->archive), err);
    self->ready = data;
    self->ready_len = len;
    return 0;
}

static ssize_t archive_fill(struct filler *filler, uint8_t *data, size_t cap,
                            struct assay_error *err)
{
    struct filler_archive *self = (struct filler_archive *)filler;
    size_t take;
    int r;

    while (!self->ready_len && !self->ended) {
        r = archive_step(self, err);
        if (r < 0)
            return r;
    }
    take = self->ready_len < cap ? self->ready_len : cap;
    if (!take)
        return 0;
    memcpy(data, self->ready, take);
    self->ready += take;
    self->ready_len -= take;
    return (ssize_t)take;
}

static void archive_close_filler(struct filler *filler)
{
    struct filler_archive *self = (struct filler_archive *)filler;

    archive_read_free(self->archive);
    free(self);
}

/* libarchive 3.6.2 reads the first bytes for compress at once when it is told to use it, at which
 * time there are none; so it is left to find that out. */
static int filter_add(struct archive *archive, int code)
{
    return code == ARCHIVE_FILTER_COMPRESS ? archive_read_support_filter_compress(archive)
                                           : archive_read_append_filter(archive, code);
}

int filler_archive_new(struct stream *in, int code, struct filler_tail *tail, struct filler **ret)
{
    struct filler_archive *self = calloc(1, sizeof(*self));

    if (!self)
        return -ENOMEM;
    self->filler = (struct filler){.fill = archive_fill, .close = archive_close_filler};
    self->in = in;
    self->tail = tail;
    self->framed = code == ARCHIVE_FILTER_ZSTD || code == ARCHIVE_FILTER_LZ4;
    self->archive = archive_read_new();
    if (!self->archive || archive_read_support_format_raw(self->archive) != ARCHIVE_OK ||
        archive_read_support_format_empty(self->archive) != ARCHIVE_OK ||
        filter_add(self->archive, code) != ARCHIVE_OK) {
        archive_close_filler(&self->filler);
        return -ENOMEM;
    }
    *ret = &self->filler;
    return 0;
}
