#include "image/walk.h"

#include <assay/clock.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "image/format.h"

#define QUIET ((uint64_t)1 << 20) /* bytes, or 4 KiB an entry, between two looks at the clock */
#define WHERE_MAX 8192

/* A copy of a name as it is shown, NULL when memory ran out. Of what is too long nothing is: the
 * visitor would not know a secret again of which it is shown a part, and a slash may stand in one.
 */
static char *shown_name(const struct image_walk *walk, const char *path)
{
    size_t len = strnlen(path, walk->budget->name + 1);

    return len <= walk->budget->name ? strndup(path, len) : strdup("(a name too long)");
}

void image_walk_unread(struct image_walk *walk, const char *path, enum unread_reason reason,
                       const char *format, ...)
{
    char where[WHERE_MAX], detail[ASSAY_ERROR_TEXT];
    _cleanup_free_ char *name = path ? shown_name(walk, path) : NULL;
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    image_where(assay_buf_str(&walk->container), name ? name : "", where, sizeof(where));
    walk->unread += reason == UNREAD_CORRUPT || reason == UNREAD_BUDGET;
    walk->visitor->unread(walk->ctx, where, reason, detail);
}

void image_walk_only_raw(struct image_walk *walk, const char *path, const char *format,
                         uint64_t bytes)
{
    _cleanup_free_ char *name = path ? shown_name(walk, path) : NULL;
    char where[WHERE_MAX];

    if (!bytes || !walk->visitor->raw)
        return;
    image_where(assay_buf_str(&walk->container), name ? name : "", where, sizeof(where));
    walk->visitor->raw(walk->ctx, where, format ? format : "unknown", bytes);
}

static int walk_fail(struct image_walk *walk, int r, const struct assay_error *err)
{
    if (walk->failed == 0) {
        walk->failed = r;
        if (err && err->code)
            walk->err = *err;
        else
            assay_error_set(&walk->err, r, "the walk ended: %s", strerror(-r));
    }
    return walk->failed;
}

int image_walk_damage(struct image_walk *walk, const char *path, int r,
                      const struct assay_error *err)
{
    const char *text = err && err->code ? err->text : "the data is damaged";

    if (walk->failed < 0)
        return walk->failed;
    if (r >= 0)
        return r;
    if (r == -ENOMEM || r == -EIO || r == -ESTALE)
        return walk_fail(walk, r, err);
    image_walk_unread(walk, path,
                      r == -EFBIG        ? UNREAD_BUDGET
                      : r == -EOPNOTSUPP ? UNREAD_UNSUPPORTED
                                         : UNREAD_CORRUPT,
                      "%s", text);
    return 0;
}

int image_walk_stop(struct image_walk *walk, const char *path, const char *what)
{
    if (walk->failed < 0)
        return walk->failed;
    image_walk_unread(walk, path, UNREAD_BUDGET, "%s", what);
    return walk_fail(walk, -ECANCELED, NULL);
}

/* Looks at the clock now and then: deadline and progress. */
static int walk_tick(struct image_walk *walk, const char *path, uint64_t bytes)
{
    uint64_t now;

    walk->quiet += bytes;
    if (walk->quiet < QUIET)
        return 0;
    walk->quiet = 0;
    now = assay_clock_ms();
    if (now > walk->deadline)
        return image_walk_stop(walk, path, "the time for the audit is used up");
    if (walk->host && walk->host->progress && now >= walk->next_progress) {
        uint64_t read = walk->artifact ? walk->result->bytes : atomic_load(&walk->read);
        uint64_t total = walk->result->size;

        walk->next_progress = now + 250;
        walk->host->progress(walk->host->ctx, read < total ? read : total, total,
                             walk->result->entries, walk->current);
    }
    return 0;
}

/* Of an entry that does not say so itself. */
static enum entry_in stands_in(const struct image_walk *walk, enum entry_type type)
{
    if (walk->deleted)
        return ENTRY_IN_DELETED;
    if (type == ENTRY_FREE)
        return ENTRY_IN_UNALLOCATED;
    return type == ENTRY_META ? ENTRY_IN_METADATA : ENTRY_IN_FILE;
}

static void set_current(struct image_walk *walk, const char *path)
{
    size_t len = strnlen(path, sizeof(walk->current));

    if (len == sizeof(walk->current))
        len = 0;
    memcpy(walk->current, path, len);
    walk->current[len] = 0;
}

static int walk_announce(struct image_walk *walk, const struct entry *entry)
{
    struct entry copy = *entry;
    _cleanup_free_ char *cut = NULL;
    int r;

    if (walk->failed < 0)
        return walk->failed;
    if (walk->result->entries >= walk->budget->entries)
        return image_walk_stop(walk, entry->path, "more entries than the budget allows");
    if (strnlen(entry->path, walk->budget->name + 1) > walk->budget->name) {
        cut = shown_name(walk, entry->path);
        if (!cut)
            return walk_fail(walk, -ENOMEM, NULL);
        copy.path = cut;
        image_walk_unread(walk, cut, UNREAD_BUDGET,
                          "a name of more than %zu bytes, that of entry %" PRIu64,
                          walk->budget->name, walk->result->entries + 1);
    }
    walk->result->entries++;
    if (walk->count)
        walk->count->entries++;
    copy.container = assay_buf_str(&walk->container);
    if (copy.in == ENTRY_IN_FILE)
        copy.in = stands_in(walk, entry->type);
    r = walk->visitor->entry(walk->ctx, &copy);
    if (r < 0)
        return walk_fail(walk, r, NULL);
    /* After the visitor: what progress tells of a path has been looked at for secrets. */
    set_current(walk, copy.path);
    return walk_tick(walk, copy.path, 4096);
}

int image_walk_passed(struct image_walk *walk, uint64_t bytes)
{
    return walk->failed < 0 ? walk->failed : walk_tick(walk, NULL, bytes);
}

int image_walk_entry(struct image_walk *walk, const struct entry *entry)
{
    return walk_announce(walk, entry);
}

int image_walk_begin(struct image_walk *walk, const struct entry *entry, unsigned *ret_level)
{
    int r = walk_announce(walk, entry);

    if (r < 0)
        return r;
    if (walk->open < IMAGE_OWNERS_MAX)
        walk->owners[walk->open] = walk->count;
    *ret_level = walk->open++;
    return 0;
}

int image_walk_bytes(struct image_walk *walk, unsigned level, const uint8_t *data, size_t len,
                     uint64_t offset)
{
    struct image_count *count = level < IMAGE_OWNERS_MAX ? walk->owners[level] : walk->count;
    int r;

    if (walk->failed < 0)
        return walk->failed;
    walk->result->bytes += len;
    if (count)
        count->bytes += len;
    if (walk->result->bytes > walk->budget->expanded)
        return image_walk_stop(walk, NULL, "more bytes of content than the budget allows");
    r = walk_tick(walk, NULL, len);
    if (r == 0)
        r = walk->visitor->bytes(walk->ctx, level, data, len, offset);
    return r < 0 ? walk_fail(walk, r, NULL) : 0;
}

int image_walk_done(struct image_walk *walk)
{
    int r;

    if (walk->failed < 0)
        return walk->failed;
    walk->open--;
    r = walk->visitor->done(walk->ctx);
    return r < 0 ? walk_fail(walk, r, NULL) : 0;
}

int image_walk_meta(struct image_walk *walk, const char *path, const void *data, size_t len)
{
    struct entry entry = {
        .path = path, .type = ENTRY_META, .uid = -1, .gid = -1, .size = (int64_t)len};
    unsigned level;
    int r = image_walk_begin(walk, &entry, &level);

    if (r == 0 && len)
        r = image_walk_bytes(walk, level, data, len, 0);
    return r < 0 ? r : image_walk_done(walk);
}

int image_walk_enter(struct image_walk *walk, const char *name, size_t *ret_mark)
{
    size_t mark = walk->container.len;
    _cleanup_free_ char *shown = NULL;

    if (walk->failed < 0)
        return walk->failed;
    if (walk->depth >= walk->budget->depth) {
        image_walk_unread(walk, name, UNREAD_BUDGET, "containers in containers more than %u deep",
                          walk->budget->depth);
        return -E2BIG;
    }
    shown = shown_name(walk, name);
    if (!shown || (mark && assay_buf_append(&walk->container, "!", 1) < 0) ||
        assay_buf_append(&walk->container, shown, strlen(shown)) < 0)
        return walk_fail(walk, -ENOMEM, NULL);
    walk->depth++;
    *ret_mark = mark;
    return 0;
}

void image_walk_leave(struct image_walk *walk, size_t mark)
{
    walk->depth--;
    walk->container.len = mark;
    if (walk->container.data)
        walk->container.data[mark] = 0;
}

struct image_count *image_walk_count(struct image_walk *walk, const char *format)
{
    struct image_result *result = walk->result;
    struct image_count *before = walk->count;
    size_t i = 0;

    while (i < result->n_counts && strcmp(result->counts[i].format, format) != 0)
        i++;
    if (i == IMAGE_FORMATS_MAX)
        return before;
    if (i == result->n_counts)
        result->counts[result->n_counts++].format = format;
    walk->count = &result->counts[i];
    walk->count->containers++;
    if (!walk->container.len && walk->open == 0) {
        size_t used = strlen(result->format_text);

        snprintf(result->format_text + used, sizeof(result->format_text) - used, "%s%s",
                 used ? "+" : "", format);
    }
    return before;
}
