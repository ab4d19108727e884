#include "image/image.h"

#include <assay/clock.h>
#include <assay/digest.h>
#include <assay/encode.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image/format.h"
#include "source/hash.h"

#define READ_SLOTS 4
#define READ_BLOCK ((size_t)256 << 10)
#define CONTAINER_MAX ((size_t)1 << 20)

/* Whether the last part of `container` names a partition: p and digits. */
static bool is_partition(const char *container)
{
    const char *last = strrchr(container, '!');

    last = last ? last + 1 : container;
    return last[0] == 'p' && last[1] && last[1 + strspn(last + 1, "0123456789")] == 0;
}

void image_where(const char *container, const char *path, char *ret, size_t size)
{
    const char *join = !*container || !*path ? "" : is_partition(container) ? "/" : "!";

    snprintf(ret, size, "%s%s%s", container, join, path);
}

static bool hashes_itself(const struct image_walk *walk)
{
    return !walk->host || !walk->host->hashes;
}

/* The artifact's own stream, which begins with the file's first byte. */
struct artifact_content {
    struct content content;
    struct stream *in;
    uint64_t at;
};

static int artifact_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                         uint64_t *ret_offset, struct assay_error *err)
{
    struct artifact_content *self = (struct artifact_content *)content;
    int r = self->in->next(self->in, ret, ret_len, err);

    if (r > 0) {
        *ret_offset = self->at;
        self->at += *ret_len;
    }
    return r;
}

static int walk_stream(struct image_walk *walk, int fd, struct assay_error *err)
{
    struct artifact_content whole = {
        .content = {.size = walk->result->size, .next = artifact_next}};
    _cleanup_stream_ struct stream *in = NULL;
    struct filler *filler;
    const uint8_t *data;
    bool known = true;
    size_t len;
    int r = filler_file_new(fd, hashes_itself(walk), &walk->read, &filler);

    if (r == 0)
        r = stream_ring_new(filler, READ_SLOTS, READ_BLOCK, &in);
    if (!in)
        return r;
    whole.in = in;
    r = image_walk_inside(walk, &whole.content, "(raw)", &known);
    if (r == 0 && !known) {
        image_walk_only_raw(walk, NULL, NULL, walk->result->bytes);
        image_walk_unread(walk, NULL, UNREAD_UNKNOWN,
                          "no format that is known: its bytes were scanned as they are");
    }
    if (r < 0 && r != -ECANCELED)
        return r;
    if (!hashes_itself(walk))
        return 0;
    do
        r = in->next(in, &data, &len, err);
    while (r > 0);
    walk->result->size = filler->in;
    return r < 0 ? r : filler_file_digest(filler, walk->result->sha256);
}

static int walk_blocks(struct image_walk *walk, const struct image_format *format, int fd,
                       struct assay_error *err)
{
    _cleanup_blocks_ struct blocks *blocks = NULL;
    struct source_hash *hash = NULL;
    struct image_count *before;
    int r = blocks_file_new(fd, false, &blocks, err);

    if (r == 0 && hashes_itself(walk))
        r = source_hash_start(fd, &hash);
    if (r < 0)
        return r;
    walk->artifact = blocks;
    before = image_walk_count(walk, format->name);
    r = image_walk_blocks(walk, format, blocks);
    walk->count = before;
    walk->artifact = NULL;
    if (r < 0 && r != -ECANCELED) {
        source_hash_cancel(hash);
        return r;
    }
    return !hash ? 0 : source_hash_finish(hash, walk->result->sha256, &walk->result->size, err);
}

static int walk_artifact(struct image_walk *walk, int fd, struct assay_error *err)
{
    _cleanup_free_ uint8_t *data = malloc(IMAGE_HEAD_SIZE + 512);
    _cleanup_blocks_ struct blocks *blocks = NULL;
    struct image_head head = {.data = data};
    const struct image_format *format;
    int r = data ? blocks_file_new(fd, false, &blocks, err) : -ENOMEM;

    if (r < 0)
        return r;
    head.size = blocks->size;
    head.len = blocks->size < IMAGE_HEAD_SIZE ? (size_t)blocks->size : IMAGE_HEAD_SIZE;
    r = blocks_read(blocks, data, head.len, 0, err);
    if (r == 0 && head.size >= 512) {
        head.tail = data + IMAGE_HEAD_SIZE;
        r = blocks_read(blocks, data + IMAGE_HEAD_SIZE, 512, head.size - 512, err);
    }
    if (r < 0)
        return r;
    format = image_format_detect(&head, IMAGE_IN_ARTIFACT);
    if (!head.size) {
        uint8_t digest[ASSAY_SHA256_SIZE];

        image_walk_unread(walk, NULL, UNREAD_EMPTY, "the artifact has 0 bytes");
        if (hashes_itself(walk) && (r = assay_sha256("", 0, digest)) == 0)
            assay_hex_encode(digest, sizeof(digest), walk->result->sha256);
        return r;
    }
    if (!format || format->kind == IMAGE_FILTER || format->kind == IMAGE_STREAM)
        return walk_stream(walk, fd, err);
    image_walk_other(walk, &head, IMAGE_IN_ARTIFACT, NULL, format);
    return walk_blocks(walk, format, fd, err);
}

static int check_unchanged(int fd, const struct stat *before, struct assay_error *err)
{
    struct stat after;

    if (fstat(fd, &after) < 0)
        return assay_error_set(err, errno, "the artifact cannot be looked at: %s", strerror(errno));
    if (after.st_size != before->st_size || after.st_mtim.tv_sec != before->st_mtim.tv_sec ||
        after.st_mtim.tv_nsec != before->st_mtim.tv_nsec)
        return assay_error_set(err, ESTALE,
                               "the artifact changed while it was read: scan it again when "
                               "nothing writes to it any more");
    return 0;
}

int image_walk(int fd, const struct image_budget *budget, const struct image_visitor *visitor,
               void *visitor_ctx, const struct image_host *host, struct image_result *ret,
               struct assay_error *err)
{
    struct image_walk walk = {
        .budget = budget,
        .visitor = visitor,
        .ctx = visitor_ctx,
        .host = host,
        .result = ret,
        .container = ASSAY_BUF(CONTAINER_MAX),
    };
    struct stat st;
    int r;

    memset(ret, 0, sizeof(*ret));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return assay_error_set(err, EINVAL, "the artifact is no regular file");
    ret->size = (uint64_t)st.st_size;
    walk.deadline = assay_clock_ms() + budget->seconds * 1000;
    r = walk_artifact(&walk, fd, err);
    if (r == 0)
        r = check_unchanged(fd, &st, err);
    else if (walk.failed < 0 && walk.failed != -ECANCELED && err)
        *err = walk.err;
    if (r == -ENOMEM)
        assay_error_set(err, ENOMEM, "memory ran out while walking the artifact");
    assay_buf_free(&walk.container);
    ret->format = *ret->format_text ? ret->format_text : ret->size ? "unknown" : "empty";
    return r;
}
