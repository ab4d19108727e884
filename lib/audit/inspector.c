#include "audit/inspector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/buf.h>

/* Rules and identities on names. */
static int names_entry(const struct inspector_tools *tools, const struct entry *entry, void **ret)
{
    (void)ret;
    return scan_engine_names(tools->engine, entry);
}

/* Rules and identities on content. */
static bool has_content(const struct entry *entry)
{
    return entry->type == ENTRY_FILE || entry->type == ENTRY_FREE || entry->type == ENTRY_META;
}

static int bytes_entry(const struct inspector_tools *tools, const struct entry *entry, void **ret)
{
    struct scan_stream *stream = NULL;
    int r = has_content(entry)
                ? scan_stream_open(tools->engine, entry->container, entry->path, &stream)
                : 0;

    if (stream)
        scan_stream_in(stream, entry->in);
    *ret = stream;
    return r;
}

static int bytes_bytes(void *state, const uint8_t *data, size_t len, uint64_t offset)
{
    return scan_stream_feed(state, data, len, offset);
}

static int bytes_done(void *state, bool dropped)
{
    int r = scan_stream_close(state);

    return dropped ? 0 : r;
}

/* Checks of the system: entries, and the content of the few files that a check asks for. */
struct wanted {
    struct checks *checks;
    struct entry entry; /* its strings are below */
    char *strings[5];
    struct assay_buf content;
    bool whole;
};

static void wanted_free(struct wanted *wanted)
{
    if (!wanted)
        return;
    for (size_t i = 0; i < sizeof(wanted->strings) / sizeof(*wanted->strings); i++)
        free(wanted->strings[i]);
    assay_buf_free(&wanted->content);
    free(wanted);
}

static void wanted_freep(struct wanted **wanted)
{
    wanted_free(*wanted);
}

/* Copies the entry but for its extended attributes, which the check was shown already. */
static int copy_entry(struct wanted *wanted, const struct entry *entry)
{
    const char **copies[] = {&wanted->entry.container, &wanted->entry.path, &wanted->entry.link,
                             &wanted->entry.uname, &wanted->entry.gname};

    wanted->entry = *entry;
    wanted->entry.xattrs = NULL;
    wanted->entry.n_xattrs = 0;
    for (size_t i = 0; i < sizeof(copies) / sizeof(*copies); i++) {
        if (!*copies[i])
            continue;
        wanted->strings[i] = strdup(*copies[i]);
        if (!wanted->strings[i])
            return -ENOMEM;
        *copies[i] = wanted->strings[i];
    }
    return 0;
}

static int checks_begin(const struct inspector_tools *tools, const struct entry *entry, void **ret)
{
    _cleanup_(wanted_freep) struct wanted *wanted = NULL;
    int r = checks_entry(tools->checks, entry);

    if (r <= 0 || !has_content(entry))
        return r < 0 ? r : 0;
    wanted = calloc(1, sizeof(*wanted));
    if (!wanted)
        return -ENOMEM;
    wanted->checks = tools->checks;
    wanted->content = ASSAY_BUF((size_t)r);
    wanted->whole = true;
    r = copy_entry(wanted, entry);
    if (r == 0)
        *ret = ASSAY_TAKE(wanted);
    return r;
}

/* A hole in what is wanted is filled with zeros, as a reader of the file would see. */
static int checks_bytes(void *state, const uint8_t *data, size_t len, uint64_t offset)
{
    static const uint8_t zeros[4096];
    struct wanted *wanted = state;
    struct assay_buf *content = &wanted->content;
    size_t room;
    int r = 0;

    while (r == 0 && content->len < offset && content->len < content->max) {
        uint64_t gap = offset - content->len;

        room = content->max - content->len;
        room = room < sizeof(zeros) ? room : sizeof(zeros);
        r = assay_buf_append(content, zeros, gap < room ? (size_t)gap : room);
    }
    room = content->max - content->len;
    if (len > room) {
        wanted->whole = false;
        len = room;
    }
    return r < 0 ? r : assay_buf_append(content, data, len);
}

static int checks_done(void *state, bool dropped)
{
    _cleanup_(wanted_freep) struct wanted *wanted = state;

    if (dropped)
        return 0;
    return checks_content(wanted->checks, &wanted->entry,
                          (const uint8_t *)assay_buf_str(&wanted->content), wanted->content.len,
                          wanted->whole);
}

static int checks_end(const struct inspector_tools *tools)
{
    return checks_finish(tools->checks);
}

const struct inspector inspectors[INSPECTORS] = {
    {"names", names_entry, NULL, NULL, NULL},
    {"bytes", bytes_entry, bytes_bytes, bytes_done, NULL},
    {"checks", checks_begin, checks_bytes, checks_done, checks_end},
};
