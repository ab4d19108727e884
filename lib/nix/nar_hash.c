#include "nix/nar_hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 256
#define BUFFER_SIZE 4096 /* small strings are hashed together */

struct nar_hash {
    struct assay_digest *digest;
    uint64_t size; /* bytes of the archive up to now */
    uint8_t buffer[BUFFER_SIZE];
    size_t used;
    char *path;    /* of the last node */
    bool begun;    /* the root was there */
    bool folder;   /* the last node is one: it can be gone into */
    bool open;     /* a file's content is under way */
    uint64_t left; /* bytes of the file to come */
    uint64_t file; /* its size */
    int failed;
};

static int fail(struct nar_hash *nar, int r)
{
    nar->failed = nar->failed ? nar->failed : r;
    return nar->failed;
}

static int flush(struct nar_hash *nar)
{
    int r = nar->used ? assay_digest_update(nar->digest, nar->buffer, nar->used) : 0;

    nar->used = 0;
    return r < 0 ? fail(nar, r) : 0;
}

static int put(struct nar_hash *nar, const void *data, size_t len)
{
    nar->size += len;
    if (nar->used + len > BUFFER_SIZE && flush(nar) < 0)
        return nar->failed;
    if (len > BUFFER_SIZE) {
        int r = assay_digest_update(nar->digest, data, len);

        return r < 0 ? fail(nar, r) : 0;
    }
    memcpy(nar->buffer + nar->used, data, len);
    nar->used += len;
    return 0;
}

static int put_length(struct nar_hash *nar, uint64_t length)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(length >> (8 * i));
    return put(nar, bytes, sizeof(bytes));
}

static int put_padding(struct nar_hash *nar, uint64_t length)
{
    static const uint8_t zeros[8];

    return put(nar, zeros, (size_t)(-length & 7));
}

static int put_bytes(struct nar_hash *nar, const char *text, size_t len)
{
    int r = put_length(nar, len);

    if (r == 0)
        r = put(nar, text, len);
    return r < 0 ? r : put_padding(nar, len);
}

/* Strings one after the other, up to the first that is empty. */
static int put_all(struct nar_hash *nar, const char *const *texts)
{
    int r = 0;

    for (; r == 0 && **texts; texts++)
        r = put_bytes(nar, *texts, strlen(*texts));
    return r;
}

#define PUT(nar, ...) put_all((nar), (const char *const[]){__VA_ARGS__, ""})

/* Ends the last node, and the entry that it stands in. */
static int close_node(struct nar_hash *nar, bool root)
{
    return root ? PUT(nar, ")") : PUT(nar, ")", ")");
}

static size_t count_names(const char *path)
{
    size_t n = *path != 0;

    for (; *path; path++)
        n += *path == '/';
    return n;
}

/* Closes whatever `path` is not inside of. Returns its name in its folder, or NULL when the order
 * is wrong. */
static const char *go_to(struct nar_hash *nar, const char *path)
{
    const char *last = nar->path;
    size_t common = 0, close;

    /* As many whole names as both begin with. */
    for (size_t i = 0;; i++) {
        bool end = !last[i] || last[i] == '/', other = !path[i] || path[i] == '/';

        if (end && other && i > 0)
            common = i;
        if (!last[i] || !path[i] || last[i] != path[i])
            break;
    }
    if (common && !path[common]) /* met before */
        return NULL;
    close = count_names(last + common + (last[common] == '/'));
    if (close == 0 && !nar->folder)
        return NULL;
    if (close > 0) {
        const char *old = last + common + (common > 0), *new = path + common + (common > 0);
        size_t a = strcspn(old, "/"), b = strcspn(new, "/");
        int order = memcmp(old, new, a < b ? a : b);

        if (order > 0 || (order == 0 && a >= b))
            return NULL;
    }
    for (size_t i = 0; i < close; i++)
        if (close_node(nar, false) < 0)
            return NULL;
    path += common + (common > 0);
    return strchr(path, '/') ? NULL : path; /* its folder was not there */
}

static int put_node(struct nar_hash *nar, const struct nar_node *node)
{
    int r;

    if (node->kind == NAR_FOLDER)
        return PUT(nar, "(", "type", "directory");
    if (node->kind == NAR_LINK)
        return PUT(nar, "(", "type", "symlink", "target", node->link);
    r = PUT(nar, "(", "type", "regular");
    if (r == 0 && node->executable) {
        r = PUT(nar, "executable");
        if (r == 0)
            r = put_length(nar, 0);
    }
    if (r == 0)
        r = PUT(nar, "contents");
    if (r == 0)
        r = put_length(nar, node->size);
    nar->open = true;
    nar->left = nar->file = node->size;
    return r;
}

static bool good_name(const char *name)
{
    return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int nar_hash_node(struct nar_hash *nar, const struct nar_node *node)
{
    const char *name;
    char *path;
    int r;

    if (nar->failed)
        return nar->failed;
    if (nar->open || nar->begun != (*node->path != 0) || count_names(node->path) > DEPTH_MAX ||
        (node->kind == NAR_LINK && !*node->link))
        return fail(nar, -EINVAL);
    if (nar->begun) {
        name = go_to(nar, node->path);
        if (!name || !good_name(name))
            return fail(nar, -EINVAL);
        r = PUT(nar, "entry", "(", "name", name, "node");
    } else {
        r = PUT(nar, "nix-archive-1");
    }
    path = strdup(node->path);
    if (!path)
        return fail(nar, -ENOMEM);
    free(nar->path);
    nar->path = path;
    nar->begun = true;
    nar->folder = node->kind == NAR_FOLDER;
    return r < 0 ? r : put_node(nar, node);
}

static int put_zeros(struct nar_hash *nar, uint64_t n)
{
    static const uint8_t zeros[BUFFER_SIZE];
    int r = 0;

    while (r == 0 && n > 0) {
        size_t len = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

        r = put(nar, zeros, len);
        n -= len;
    }
    return r;
}

int nar_hash_bytes(struct nar_hash *nar, const uint8_t *data, size_t len, uint64_t offset)
{
    uint64_t at = nar->file - nar->left;

    if (nar->failed)
        return nar->failed;
    if (!nar->open || offset < at || offset - at > nar->left || len > nar->left - (offset - at))
        return fail(nar, -EINVAL);
    nar->left -= offset - at + len;
    return put_zeros(nar, offset - at) < 0 ? nar->failed : put(nar, data, len);
}

int nar_hash_done(struct nar_hash *nar)
{
    if (nar->failed)
        return nar->failed;
    if (!nar->open)
        return fail(nar, -EINVAL);
    nar->open = false;
    return put_zeros(nar, nar->left) < 0 ? nar->failed : put_padding(nar, nar->file);
}

int nar_hash_end(struct nar_hash *nar, uint8_t ret_sha256[ASSAY_SHA256_SIZE], uint64_t *ret_size)
{
    int r;

    if (nar->failed)
        return nar->failed;
    if (nar->open || !nar->begun)
        return fail(nar, -EINVAL);
    for (size_t i = count_names(nar->path); i > 0; i--)
        if (close_node(nar, false) < 0)
            return nar->failed;
    if (close_node(nar, true) < 0 || flush(nar) < 0)
        return nar->failed;
    r = assay_digest_final(nar->digest, ret_sha256);
    if (r < 0)
        return fail(nar, r);
    *ret_size = nar->size;
    return 0;
}

struct nar_hash *nar_hash_new(void)
{
    struct nar_hash *nar = calloc(1, sizeof(*nar));

    if (!nar)
        return NULL;
    nar->digest = assay_digest_new(ASSAY_SHA256);
    nar->path = strdup("");
    return nar->digest && nar->path ? nar : nar_hash_free(nar);
}

struct nar_hash *nar_hash_free(struct nar_hash *nar)
{
    if (!nar)
        return NULL;
    assay_digest_free(nar->digest);
    free(nar->path);
    free(nar);
    return NULL;
}
