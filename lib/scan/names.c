/* Scanning what stands around content: names, owners, extended attributes. */
#include <errno.h>
#include <string.h>

#include "scan/stream.h"

static int scan_name(struct scan_engine *engine, const struct entry *entry, const void *text,
                     size_t len)
{
    struct scan_stream *stream = engine->names;
    struct window window = {.stream = stream, .data = text, .len = len, .high = len};

    if (len == 0 || len > (1u << 30))
        return 0;
    stream_begin(stream, 0);
    stream->names = stream->looked = true;
    stream->name = text;
    stream->name_len = len;
    stream->container = entry->container ? entry->container : "";
    stream->path = entry->path ? entry->path : "";
    stream->in = entry->in;
    return stream_window(&window, true);
}

static int scan_text(struct scan_engine *engine, const struct entry *entry, const char *text)
{
    return text ? scan_name(engine, entry, text, strlen(text)) : 0;
}

int scan_engine_names(struct scan_engine *engine, const struct entry *entry)
{
    int r;

    if (!engine->database)
        return 0;
    if ((r = scan_text(engine, entry, entry->path)) < 0 ||
        (r = scan_text(engine, entry, entry->link)) < 0 ||
        (r = scan_text(engine, entry, entry->uname)) < 0)
        return r;
    if (entry->gname && (!entry->uname || strcmp(entry->gname, entry->uname) != 0))
        r = scan_text(engine, entry, entry->gname);
    for (size_t i = 0; r == 0 && i < entry->n_xattrs; i++) {
        r = scan_text(engine, entry, entry->xattrs[i].name);
        if (r == 0)
            r = scan_name(engine, entry, entry->xattrs[i].value, entry->xattrs[i].value_len);
    }
    return r;
}
