#include "audit/reorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <assay/buf.h>

#include "nix/nar_hash.h"

#define FRAMES_MAX 1024
#define NONE SIZE_MAX
#define PIECE ((size_t)256 << 10)

/* Bytes in the spool file. */
struct content {
    uint64_t at, size;
    bool whole;
};

/* One of a wanted path's entries. Strings are offsets into `names`. */
struct node {
    size_t path; /* in wanted[] */
    size_t below, link;
    enum nar_kind kind;
    bool executable, hard;
    size_t content; /* in contents[]; NONE */
};

/* A store path: all that are of its name in its container. */
struct wanted {
    size_t first; /* the first of them */
    bool failed;
};

struct target {
    const struct store_target *is;
    size_t content;
};

struct reorder {
    struct store_paths *paths;
    struct wanted *wanted; /* in rising order */
    size_t n_wanted;
    struct target *targets; /* the same */
    size_t n_targets;
    struct node *nodes;
    size_t n_nodes, cap_nodes;
    struct content *contents;
    size_t n_contents, cap_contents;
    struct assay_buf names;
    int spool;
    uint64_t end; /* of what is taken of it */
    size_t frames[FRAMES_MAX];
    size_t n_frames;
};

/* --- which paths -------------------------------------------------------------------------- */

static int compare_places(const char *container, const char *name, const char *other_container,
                          const char *other_name)
{
    int r = strcmp(container, other_container);

    return r ? r : strcmp(name, other_name);
}

static int by_path(const void *a, const void *b, void *ctx)
{
    const struct store_path *left = store_paths_get(ctx, *(const size_t *)a),
                            *right = store_paths_get(ctx, *(const size_t *)b);
    int r = compare_places(left->container, left->name, right->container, right->name);

    return r ? r : *(const size_t *)a < *(const size_t *)b ? -1 : 1;
}

static bool same_path(const struct store_paths *paths, size_t a, size_t b)
{
    const struct store_path *left = store_paths_get(paths, a), *right = store_paths_get(paths, b);

    return compare_places(left->container, left->name, right->container, right->name) == 0;
}

/* Of the paths in rising order, those that are known and have no hash, or not one of all that
 * stands under their name. */
static int find_wanted(struct reorder *self, const bool *known)
{
    size_t n = store_paths_count(self->paths), end;
    _cleanup_free_ size_t *order = calloc(n + 1, sizeof(*order));

    self->wanted = calloc(n + 1, sizeof(*self->wanted));
    if (!order || !self->wanted)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof(*order), by_path, self->paths);
    for (size_t i = 0; i < n; i = end) {
        bool wanted = false;

        for (end = i + 1; end < n && same_path(self->paths, order[i], order[end]);)
            end++;
        for (size_t j = i; j < end; j++)
            wanted = wanted || (known[order[j]] &&
                                (end - i > 1 || !store_paths_get(self->paths, order[j])->hashed));
        if (wanted)
            self->wanted[self->n_wanted++].first = order[i];
    }
    return 0;
}

static int by_target(const void *a, const void *b)
{
    const struct store_target *left = ((const struct target *)a)->is,
                              *right = ((const struct target *)b)->is;

    return compare_places(left->container, left->path, right->container, right->path);
}

static int take_targets(struct reorder *self)
{
    const struct store_target *all = store_paths_targets(self->paths, &self->n_targets);

    self->targets = calloc(self->n_targets + 1, sizeof(*self->targets));
    if (!self->targets)
        return -ENOMEM;
    for (size_t i = 0; i < self->n_targets; i++)
        self->targets[i] = (struct target){.is = &all[i], .content = NONE};
    qsort(self->targets, self->n_targets, sizeof(*self->targets), by_target);
    return 0;
}

int reorder_new(struct store_paths *paths, const bool *known, struct reorder **ret)
{
    _cleanup_reorder_ struct reorder *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return -ENOMEM;
    self->spool = -1;
    self->paths = paths;
    self->names = ASSAY_BUF(REORDER_NAMES_MAX);
    r = find_wanted(self, known);
    if (r == 0 && self->n_wanted > 0)
        r = take_targets(self);
    if (r < 0)
        return r;
    *ret = self->n_wanted > 0 ? ASSAY_TAKE(self) : NULL;
    return 0;
}

struct reorder *reorder_free(struct reorder *self)
{
    if (!self)
        return NULL;
    free(self->wanted);
    free(self->targets);
    free(self->nodes);
    free(self->contents);
    assay_buf_free(&self->names);
    if (self->spool >= 0)
        close(self->spool);
    free(self);
    return NULL;
}

void reorder_spool(struct reorder *self, int fd)
{
    self->spool = fd;
}

/* --- the second walk ---------------------------------------------------------------------- */

/* The wanted path that is `name`, `len` bytes, in `container`; NONE. */
static size_t find_path(const struct reorder *self, const char *container, const char *name,
                        size_t len)
{
    size_t low = 0, high = self->n_wanted;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct store_path *path = store_paths_get(self->paths, self->wanted[middle].first);
        int r = strcmp(container, path->container);

        if (r == 0)
            r = strncmp(name, path->name, len);
        if (r == 0)
            r = path->name[len] ? -1 : 0;
        if (r == 0)
            return middle;
        if (r < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NONE;
}

static struct target *find_target(const struct reorder *self, const char *container,
                                  const char *path)
{
    const struct store_target place = {container, path};
    const struct target key = {.is = &place};

    return bsearch(&key, self->targets, self->n_targets, sizeof(key), by_target);
}

/* Makes room for one more of `n` things of `size` bytes. 0 or -ENOMEM. */
static int make_room(void **all, size_t *cap, size_t n, size_t size)
{
    size_t more = *cap ? 2 * *cap : 256;
    void *larger;

    if (n < *cap)
        return 0;
    larger = reallocarray(*all, more, size);
    if (!larger)
        return -ENOMEM;
    *all = larger;
    *cap = more;
    return 0;
}

static int add_name(struct reorder *self, const char *name, size_t *ret)
{
    *ret = self->names.len;
    return assay_buf_append(&self->names, name, strlen(name) + 1);
}

/* Adds a node. -EFBIG when it is over a limit, or nothing that a NAR holds. */
static int add_node(struct reorder *self, size_t path, const struct entry *entry, const char *below,
                    struct node **ret)
{
    struct node node = {.path = path,
                        .executable = entry->mode & 0100,
                        .hard = entry->type == ENTRY_HARDLINK,
                        .content = NONE};
    int r;

    node.kind = entry->type == ENTRY_DIR       ? NAR_FOLDER
                : entry->type == ENTRY_SYMLINK ? NAR_LINK
                                               : NAR_FILE;
    if (self->n_nodes == REORDER_NODES_MAX ||
        (node.kind == NAR_FILE && !node.hard && (entry->type != ENTRY_FILE || entry->size < 0)))
        return -EFBIG;
    r = make_room((void **)&self->nodes, &self->cap_nodes, self->n_nodes, sizeof(node));
    if (r == 0)
        r = add_name(self, below, &node.below);
    if (r == 0)
        r = add_name(self, entry->link ? entry->link : "", &node.link);
    if (r < 0)
        return r;
    self->nodes[self->n_nodes] = node;
    *ret = &self->nodes[self->n_nodes++];
    return 0;
}

static int add_content(struct reorder *self, uint64_t size, size_t *ret)
{
    int r = make_room((void **)&self->contents, &self->cap_contents, self->n_contents,
                      sizeof(*self->contents));

    if (r < 0)
        return r;
    if (size > INT64_MAX - self->end)
        return -EFBIG;
    self->contents[self->n_contents] = (struct content){.at = self->end, .size = size};
    self->end += size;
    *ret = self->n_contents++;
    return 0;
}

/* Takes note of an entry; *ret_content is where its content goes, or NONE. */
static int take_entry(struct reorder *self, const struct entry *entry, size_t *ret_content)
{
    const char *name = store_paths_name(entry);
    size_t len = name ? strcspn(name, "/") : 0;
    size_t path = name ? find_path(self, entry->container, name, len) : NONE;
    struct target *target =
        entry->type == ENTRY_FILE ? find_target(self, entry->container, entry->path) : NULL;
    struct node *node = NULL;
    int r = 0;

    if (path != NONE && !self->wanted[path].failed)
        r = add_node(self, path, entry, name[len] ? name + len + 1 : "", &node);
    if (r == 0 && entry->type == ENTRY_FILE && (node || target) && entry->size >= 0)
        r = add_content(self, (uint64_t)entry->size, ret_content);
    if (node)
        node->content = *ret_content;
    if (target)
        target->content = *ret_content;
    if (r != -EFBIG)
        return r;
    if (path != NONE)
        self->wanted[path].failed = true;
    return 0;
}

static int on_entry(void *ctx, const struct entry *entry)
{
    struct reorder *self = ctx;
    size_t content = NONE;
    int r = entry->in == ENTRY_IN_FILE ? take_entry(self, entry, &content) : 0;

    if (entry->type != ENTRY_FILE && entry->type != ENTRY_FREE && entry->type != ENTRY_META)
        return r;
    if (self->n_frames == FRAMES_MAX)
        return -E2BIG;
    self->frames[self->n_frames++] = content;
    return r;
}

static int on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset)
{
    struct reorder *self = ctx;
    struct content *content;

    if (level >= self->n_frames)
        return -EINVAL;
    if (self->frames[level] == NONE)
        return 0;
    content = &self->contents[self->frames[level]];
    if (offset > content->size || len > content->size - offset) {
        self->frames[level] = NONE; /* more than was said: it is not whole */
        return 0;
    }
    while (len > 0) {
        ssize_t n = pwrite(self->spool, data, len, (off_t)(content->at + offset));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

static int on_done(void *ctx)
{
    struct reorder *self = ctx;

    if (self->n_frames == 0)
        return -EINVAL;
    self->n_frames--;
    if (self->frames[self->n_frames] != NONE)
        self->contents[self->frames[self->n_frames]].whole = true;
    return 0;
}

/* The first walk has told. */
static void on_unread(void *ctx, const char *where, enum unread_reason reason, const char *detail)
{
    (void)ctx;
    (void)where;
    (void)reason;
    (void)detail;
}

const struct image_visitor reorder_visitor = {
    .entry = on_entry, .bytes = on_bytes, .done = on_done, .unread = on_unread};

/* --- at the end --------------------------------------------------------------------------- */

static const char *name_at(const struct reorder *self, size_t at)
{
    return (const char *)self->names.data + at;
}

/* A folder before what is in it, and the names of one folder in rising byte order. */
static int by_order(const void *a, const void *b, void *ctx)
{
    const struct node *left = a, *right = b;
    const uint8_t *x, *y;

    if (left->path != right->path)
        return left->path < right->path ? -1 : 1;
    x = (const uint8_t *)name_at(ctx, left->below);
    y = (const uint8_t *)name_at(ctx, right->below);
    for (; *x && *x == *y; x++)
        y++;
    return (*x == '/' ? 1 : *x ? *x + 1 : 0) - (*y == '/' ? 1 : *y ? *y + 1 : 0);
}

/* The content of a file; a hard link's is that of what it links to. NULL when it is not there. */
static const struct content *content_of(const struct reorder *self, const struct node *node)
{
    const struct store_path *path = store_paths_get(self->paths, self->wanted[node->path].first);
    size_t content = node->content;

    if (node->hard) {
        const struct target *target =
            find_target(self, path->container, store_paths_link(name_at(self, node->link)));

        content = target ? target->content : NONE;
    }
    return content != NONE && self->contents[content].whole ? &self->contents[content] : NULL;
}

/* What was left out as a hole is zeros in the spool file, or behind its end. */
static int put_content(const struct reorder *self, struct nar_hash *nar,
                       const struct content *content, uint8_t *piece)
{
    int r = 0;

    for (uint64_t at = 0; r == 0 && at < content->size;) {
        size_t want = content->size - at < PIECE ? (size_t)(content->size - at) : PIECE;
        ssize_t n = pread(self->spool, piece, want, (off_t)(content->at + at));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -EIO;
        if (n == 0)
            break;
        r = nar_hash_bytes(nar, piece, (size_t)n, at);
        at += (uint64_t)n;
    }
    return r == 0 ? nar_hash_done(nar) : r;
}

/* Puts the nodes from *at on that are of the same path. -EINVAL when they are no tree. */
static int put_path(const struct reorder *self, struct nar_hash *nar, size_t *at, uint8_t *piece)
{
    size_t path = self->nodes[*at].path;
    int r = 0;

    for (; *at < self->n_nodes && self->nodes[*at].path == path; (*at)++) {
        const struct node *node = &self->nodes[*at];
        const struct content *content = node->kind == NAR_FILE ? content_of(self, node) : NULL;
        struct nar_node put = {.path = name_at(self, node->below),
                               .kind = node->kind,
                               .executable = node->executable,
                               .size = content ? content->size : 0,
                               .link = name_at(self, node->link)};

        if (r < 0)
            continue;
        r = node->kind == NAR_FILE && !content ? -EINVAL : nar_hash_node(nar, &put);
        if (r == 0 && content)
            r = put_content(self, nar, content, piece);
    }
    return r;
}

/* Gives the result to all that are of the path's name. */
static void give(const struct reorder *self, const struct store_path *results)
{
    for (size_t i = 0; i < store_paths_count(self->paths); i++) {
        const struct store_path *path = store_paths_get(self->paths, i);
        size_t found = find_path(self, path->container, path->name, strlen(path->name));

        if (found != NONE)
            store_paths_set(self->paths, i, results[found].hashed ? &results[found] : NULL);
    }
}

int reorder_finish(struct reorder *self)
{
    _cleanup_free_ struct store_path *results = calloc(self->n_wanted, sizeof(*results));
    _cleanup_free_ uint8_t *piece = malloc(PIECE);
    int r = 0;

    if (!results || !piece)
        return -ENOMEM;
    qsort_r(self->nodes, self->n_nodes, sizeof(*self->nodes), by_order, self);
    for (size_t at = 0; at < self->n_nodes;) {
        struct wanted *wanted = &self->wanted[self->nodes[at].path];
        struct store_path *result = &results[self->nodes[at].path];
        struct nar_hash *nar = nar_hash_new();

        if (!nar)
            return -ENOMEM;
        r = put_path(self, nar, &at, piece);
        result->hashed = r == 0 && !wanted->failed &&
                         nar_hash_end(nar, result->nar_sha256, &result->nar_size) == 0;
        nar_hash_free(nar);
        if (r == -EIO || r == -ENOMEM)
            return r;
    }
    give(self, results);
    return 0;
}
